//! Customers: the list, the form, documents, their own sign-in.

use super::proof::may_choose;
use crate::desk::{Desk, Open, Session};
use crate::error::{Answer, Told};
use farthing_api::{
    ApiError, Code, CustomerForm, CustomerId, CustomerRow, CustomerView, EditCustomer, ErrorKind, GetCustomer,
    ListCustomers, OpId, OpenCustomerAccess, Page, RecordDocument, RegisterCustomer, UserId, VouchForCustomer,
};
use farthing_identity::{Cost, hash_password, normalise_email, normalise_phone, sign_in_name};
use farthing_office::permission::Permission;
use farthing_office::{Channel, Command, FactBody, Key, Sealed, check_customer};
use farthing_store::{Beside, CustomerKey};

/// A customer who is to be registered.
pub(super) struct NewCustomer {
    pub(super) id: CustomerId,
    pub(super) key: CustomerKey,
    /// The form under that key.
    pub(super) fields: Sealed,
    pub(super) likely_duplicates: Vec<CustomerId>,
}

impl Desk {
    /// A page of the customer list.
    ///
    /// # Errors
    /// Where the caller may not see the book.
    pub async fn list_customers(&self, request: ListCustomers) -> Answer<Page<CustomerRow>> {
        let (open, _) = self.caller_who_may(Permission::SeeBook).await?;
        open.book.customers(&request.query).await.told()
    }

    /// Everything about one customer.
    ///
    /// # Errors
    /// Where there is none, or the caller may not see the book.
    pub async fn get_customer(&self, request: GetCustomer) -> Answer<CustomerView> {
        let (open, session) = self.caller_who_may(Permission::SeeBook).await?;
        self.customer_view(&open, &session, request.id).await
    }

    pub(crate) async fn customer_or_missing(&self, open: &Open, id: CustomerId) -> Answer<CustomerView> {
        let found = open.book.customer(id, self.today(open)).await.told()?;
        found.ok_or_else(|| ApiError::new(ErrorKind::NotFound, Code::NoCustomer))
    }

    pub(crate) async fn customer_view(&self, open: &Open, _: &Session, id: CustomerId) -> Answer<CustomerView> {
        let mut view = self.customer_or_missing(open, id).await?;
        let state = open.book.load(&[Key::Customer(id)]).await.told()?;
        let verified = state.customer(id).is_some_and(farthing_office::Customer::is_verified);
        view.may_receive = match verified {
            true => Ok(()),
            false => Err(ApiError::new(ErrorKind::Refused, Code::Unverified)),
        };
        Ok(view)
    }

    /// Checks the form, and brings the email into its one form.
    pub(super) fn checked(&self, open: &Open, form: &CustomerForm) -> Answer<CustomerForm> {
        let mut form = check_customer(form, open.currency(), self.today(open)).map_err(|refusal| refusal.0)?;
        if !form.email.is_empty() {
            form.email = normalise_email(&form.email).map_err(|error| error.on("email"))?;
        }
        Ok(form)
    }

    /// Registers a customer.
    ///
    /// # Errors
    /// Names the field that needs a change.
    pub async fn register_customer(&self, request: RegisterCustomer) -> Answer<CustomerView> {
        let (open, session) = self.caller_who_may(Permission::RegisterCustomers).await?;
        let form = self.checked(&open, &request.form)?;
        let id = self.register(&open, &session, &form).await?;
        self.customer_view(&open, &session, id).await
    }

    pub(crate) async fn register(&self, open: &Open, session: &Session, form: &CustomerForm) -> Answer<CustomerId> {
        let ctx = self.context(open, Some(session.actor()))?;
        let new = self.new_customer(open, ctx.op, form).await?;
        let command = Command::RegisterCustomer {
            fields: new.fields,
            likely_duplicates: new.likely_duplicates,
        };
        let beside = Beside {
            customer_key: Some((new.id, new.key)),
            ..Beside::default()
        };
        self.execute(open, &command, &ctx, beside).await?;
        Ok(new.id)
    }

    /// What a registration takes besides what was typed.
    pub(super) async fn new_customer(&self, open: &Open, op: OpId, form: &CustomerForm) -> Answer<NewCustomer> {
        let id = CustomerId::of(op, 0);
        let key = CustomerKey::from_bytes(self.mint.bytes().told()?);
        let fields = open.book.seal_new_customer(&key, id, op, form).told()?;
        let twins = open.book.likely_duplicates(form).await.told()?;
        Ok(NewCustomer {
            id,
            key,
            fields,
            likely_duplicates: twins.into_iter().map(|(id, _)| id).collect(),
        })
    }

    /// Changes what is known about a customer.
    ///
    /// # Errors
    /// Names the field that needs a change.
    pub async fn edit_customer(&self, request: EditCustomer) -> Answer<CustomerView> {
        let (open, session) = self.caller_who_may(Permission::RegisterCustomers).await?;
        let form = self.checked(&open, &request.form)?;
        let known = self.customer_or_missing(&open, request.id).await?;
        if known.erased {
            return Err(ApiError::new(ErrorKind::Refused, Code::Erased));
        }
        let ctx = self.context(&open, Some(session.actor()))?;
        let fields = open
            .book
            .seal_customer(request.id, ctx.op, &form, &known.form)
            .await
            .told()?;
        let command = Command::ChangeCustomer {
            customer: request.id,
            fields,
        };
        self.execute(&open, &command, &ctx, Beside::default()).await?;
        self.customer_view(&open, &session, request.id).await
    }

    /// The officer has seen the id document.
    ///
    /// # Errors
    /// Where the office refuses.
    pub async fn record_document(&self, request: RecordDocument) -> Answer<CustomerView> {
        let (open, session) = self.caller().await?;
        let command = Command::RecordDocument {
            customer: request.customer,
            document: request.kind,
        };
        self.run(&open, &session, &command, Beside::default()).await?;
        self.customer_view(&open, &session, request.customer).await
    }

    /// A supervisor vouches for the document.
    ///
    /// # Errors
    /// Where the office refuses: no document, or the same person saw it.
    pub async fn vouch_for_customer(&self, request: VouchForCustomer) -> Answer<CustomerView> {
        let (open, session) = self.caller().await?;
        self.run(
            &open,
            &session,
            &Command::Vouch {
                customer: request.customer,
            },
            Beside::default(),
        )
        .await?;
        self.customer_view(&open, &session, request.customer).await
    }

    /// Gives a customer a sign-in with a password of their own, or a new password.
    ///
    /// # Errors
    /// A password that is easy to guess; an email that is not verified.
    pub async fn open_customer_access(&self, request: OpenCustomerAccess) -> Answer<CustomerView> {
        let (open, session) = self.caller_who_may(Permission::RegisterCustomers).await?;
        let customer = self.customer_or_missing(&open, request.customer).await?;
        let by_phone = customer.email_verified_at.is_none() && customer.phone_verified_at.is_some();
        if by_phone {
            let phone = normalise_phone(&customer.form.phone)?;
            self.open_access(&open, &session, request.customer, (&phone, Channel::Phone), None)
                .await?;
            return self.customer_view(&open, &session, request.customer).await;
        }
        let password = request.password.unwrap_or_default();
        let form = &customer.form;
        let own = [&customer.row.name, &form.email, &form.phone];
        may_choose(Some(&open), &password, false, &own, "password")?;
        let hash = self
            .blocking(move || hash_password(&password, Cost::desktop()))
            .await?
            .told()?;
        let by = (customer.form.email.as_str(), Channel::Email);
        self.open_access(&open, &session, request.customer, by, Some(hash))
            .await?;
        self.customer_view(&open, &session, request.customer).await
    }

    pub(crate) async fn open_access(
        &self,
        open: &Open,
        session: &Session,
        customer: CustomerId,
        (contact, by): (&str, Channel),
        hash: Option<String>,
    ) -> Answer<()> {
        let sign_in = sign_in_name(contact);
        let state = open.book.load(&[Key::Customer(customer)]).await.told()?;
        let ctx = self.context(open, Some(session.actor()))?;
        // A first sign-in gets the id that the office will give it; a new password goes to the one there is.
        let user = state
            .customer(customer)
            .and_then(|c| c.user)
            .unwrap_or_else(|| UserId::of(ctx.op, 0));
        let beside = Beside {
            credential: hash.map(|hash| (user, hash)),
            ..Beside::default()
        };
        let facts = open
            .book
            .execute(&Command::OpenAccess { customer, sign_in, by }, &ctx, beside)
            .await
            .told()?;
        debug_assert!(
            facts
                .iter()
                .any(|f| matches!(f.body, FactBody::UserAdded { .. } | FactBody::PasswordChanged { .. }))
        );
        Ok(())
    }
}
