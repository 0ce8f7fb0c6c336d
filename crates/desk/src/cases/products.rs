//! Loan products and goods.

use crate::cases::day::follow_rates;
use crate::desk::{Desk, Open};
use crate::error::{Answer, Told};
use farthing_api::{
    ApiError, CountRateFollowers, GoodsView, ListGoods, ListProducts, LoanId, ProductView, SaveGoods, SaveProduct,
};
use farthing_office::permission::Permission;
use farthing_office::{Command, FactBody, Key};
use farthing_store::Beside;

impl Desk {
    /// Every loan product.
    ///
    /// # Errors
    /// Where nobody is signed in.
    pub async fn list_products(&self, _: ListProducts) -> Answer<Vec<ProductView>> {
        let (open, _) = self.caller().await?;
        self.products_now(&open).await
    }

    /// Every loan product, with the organisation's days off where it goes by them.
    async fn products_now(&self, open: &Open) -> Answer<Vec<ProductView>> {
        let days_off = self.organisation_now(open).await?.days_off;
        let mut products = open.book.products().await.told()?;
        products
            .iter_mut()
            .for_each(|product| product.terms.options.settle(&days_off));
        Ok(products)
    }

    /// How many running loans follow the variable rate of a product.
    ///
    /// # Errors
    /// Where the caller may not see the book.
    pub async fn count_rate_followers(&self, request: CountRateFollowers) -> Answer<u32> {
        let (open, _) = self.caller_who_may(Permission::SeeBook).await?;
        let loans = open.book.running_loans_of(request.product).await.told()?;
        let mut count = 0;
        for loans in loans.chunks(1_000) {
            let keys: Vec<Key> = loans.iter().copied().map(Key::Loan).collect();
            let state = open.book.load(&keys).await.told()?;
            let follows = |id: &&LoanId| state.loan(**id).is_some_and(|loan| loan.rates.is_some());
            count += loans.iter().filter(follows).count();
        }
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// Adds or changes a product.
    ///
    /// # Errors
    /// Names the field that needs a change.
    pub async fn save_product(&self, request: SaveProduct) -> Answer<ProductView> {
        let (open, session) = self.caller().await?;
        let command = Command::SaveProduct {
            id: request.id,
            terms: Box::new(request.terms),
        };
        let facts = self.run(&open, &session, &command, Beside::default()).await?;
        let id = facts.iter().find_map(|f| match &f.body {
            FactBody::ProductSaved { product, .. } => Some(*product),
            _ => None,
        });
        let products = self.products_now(&open).await?;
        let saved = products.into_iter().find(|p| Some(p.id) == id);
        let saved = saved.ok_or_else(ApiError::internal)?;
        follow_rates(self, &open, &saved).await?;
        Ok(saved)
    }

    /// Everything for sale.
    ///
    /// # Errors
    /// Where nobody is signed in.
    pub async fn list_goods(&self, _: ListGoods) -> Answer<Vec<GoodsView>> {
        let (open, _) = self.caller().await?;
        open.book.goods().await.told()
    }

    /// Adds or changes a thing for sale.
    ///
    /// # Errors
    /// Names the field that needs a change.
    pub async fn save_goods(&self, request: SaveGoods) -> Answer<GoodsView> {
        let (open, session) = self.caller().await?;
        let command = Command::SaveGoods {
            id: request.id,
            name: request.name,
            price: request.price,
            active: request.active,
        };
        let facts = self.run(&open, &session, &command, Beside::default()).await?;
        let id = facts.iter().find_map(|f| match &f.body {
            FactBody::GoodsSaved { goods, .. } => Some(*goods),
            _ => None,
        });
        let goods = open.book.goods().await.told()?;
        goods
            .into_iter()
            .find(|g| Some(g.id) == id)
            .ok_or_else(ApiError::internal)
    }
}
