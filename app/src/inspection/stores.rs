//! Where the draft of an inspection and its photos live: on the phone's disk, or wherever else one is filled in. The
//! screens of an inspection know only this.

use crate::offline::inspection_draft::InspectionDraft;
use domain::{
    Problem,
    inspection::Submission,
    person::{Colleague, Department},
    photo::PhotoHash,
};
use leptos::prelude::*;
use std::{future::Future, pin::Pin, rc::Rc};
use web_sys::{File, HtmlVideoElement};

/// Something that is being done.
pub type Pending<T> = Pin<Box<dyn Future<Output = T>>>;

/// A camera in the page; it stops when this is dropped.
pub trait Camera {
    /// Shows what it sees.
    fn show_in(&self, video: &HtmlVideoElement);
    /// Takes the picture that the video shows, as [`PhotoStore::take_in`] does.
    fn snap(&self, video: HtmlVideoElement) -> Pending<Result<PhotoHash, Problem>>;
}

/// Where photos live, and how they get there.
pub trait PhotoStore {
    /// Opens a camera in the page, or says in the person's words why the system's own is to be used.
    fn camera(&self) -> Pending<Result<Box<dyn Camera>, String>>;
    /// Takes a picture in; it lies there for good with the next saving of what names it.
    fn take_in(&self, picture: File) -> Pending<Result<PhotoHash, Problem>>;
    /// Drops a photo that the draft does not name any more.
    fn drop_one(&self, hash: PhotoHash) -> Pending<()>;
    /// The address of a photo, for an `<img>`, to be given back with [`release`](Self::release); `None` when it is gone.
    fn address(&self, hash: PhotoHash) -> Pending<Option<String>>;
    /// Gives an address back.
    fn release(&self, address: &str);
    /// Saves what is not saved yet: a camera that opens may kill the page.
    fn flush(&self) -> Pending<()>;
}

/// Where the draft of an inspection lives, and what it draws on.
pub trait DraftStore {
    /// Passes the position step, and tells the office that an inspection was begun.
    fn begin(&self, draft: RwSignal<InspectionDraft>);
    /// Hands in what was filled in; the draft is gone then.
    fn hand_in(&self, draft: InspectionDraft, submission: Submission) -> Pending<Result<(), Problem>>;
    /// Throws the draft away, photos and all.
    fn discard(&self, draft: InspectionDraft) -> Pending<Result<(), Problem>>;
    /// Those who may take part; reactive, `None` before they are there.
    fn colleagues(&self) -> Signal<Option<Vec<Colleague>>>;
    /// The departments, for their names; reactive.
    fn departments(&self) -> Signal<Option<Vec<Department>>>;
}

/// The photo store of the context.
#[derive(Clone, Copy)]
pub struct Photos(StoredValue<Rc<dyn PhotoStore>, LocalStorage>);

impl Photos {
    /// Puts a store into the context.
    pub fn provide(store: impl PhotoStore + 'static) {
        provide_context(Self(StoredValue::new_local(Rc::new(store))));
    }

    /// The store of the context.
    pub fn expect() -> Self {
        expect_context()
    }

    /// The store; `None` when the page was left.
    pub fn get(self) -> Option<Rc<dyn PhotoStore>> {
        self.0.try_get_value()
    }
}

/// The draft store of the context.
#[derive(Clone, Copy)]
pub struct Drafts(StoredValue<Rc<dyn DraftStore>, LocalStorage>);

impl Drafts {
    /// Puts a store into the context.
    pub fn provide(store: impl DraftStore + 'static) {
        provide_context(Self(StoredValue::new_local(Rc::new(store))));
    }

    /// The store of the context.
    pub fn expect() -> Rc<dyn DraftStore> {
        expect_context::<Self>().0.get_value()
    }
}
