//! Loan products and goods.

use crate::desk::Desk;
use crate::error::{Answer, Told};
use farthing_api::{ApiError, GoodsView, ListGoods, ListProducts, ProductView, SaveGoods, SaveProduct};
use farthing_office::{Command, FactBody};
use farthing_store::Beside;

impl Desk {
    /// Every loan product.
    ///
    /// # Errors
    /// Where nobody is signed in.
    pub async fn list_products(&self, _: ListProducts) -> Answer<Vec<ProductView>> {
        let (open, _) = self.caller().await?;
        open.book.products().await.told()
    }

    /// Adds or changes a product.
    ///
    /// # Errors
    /// Names the field that needs a change.
    pub async fn save_product(&self, request: SaveProduct) -> Answer<ProductView> {
        let (open, session) = self.caller().await?;
        let command = Command::SaveProduct { id: request.id, terms: Box::new(request.terms) };
        let facts = self.run(&open, &session, &command, Beside::default()).await?;
        let id = facts.iter().find_map(|f| match &f.body {
            FactBody::ProductSaved { product, .. } => Some(*product),
            _ => None,
        });
        let products = open.book.products().await.told()?;
        products.into_iter().find(|p| Some(p.id) == id).ok_or_else(ApiError::internal)
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
        let command = Command::SaveGoods { id: request.id, name: request.name, price: request.price, active: request.active };
        let facts = self.run(&open, &session, &command, Beside::default()).await?;
        let id = facts.iter().find_map(|f| match &f.body {
            FactBody::GoodsSaved { goods, .. } => Some(*goods),
            _ => None,
        });
        let goods = open.book.goods().await.told()?;
        goods.into_iter().find(|g| Some(g.id) == id).ok_or_else(ApiError::internal)
    }
}
