//! The actions of [`domain::action::Action`] as types, so that a permit for one cannot serve another.

/// An action as a type.
pub trait Action: Send + Sync + 'static {
    /// The line in the table of rights.
    const ACTION: domain::action::Action;
    /// Whether it writes, and so leaves an audit row.
    const WRITES: bool;
    /// Whether it may write for seconds: then it shares its commit with nobody, who would have to wait for it.
    const IS_LONG: bool =
        matches!(Self::ACTION, domain::action::Action::ImportPeople | domain::action::Action::ImportEnterprises);
}

macro_rules! actions {
    (read: $($read:ident),+; write: $($write:ident),+ $(;)?) => {
        $(#[doc = concat!("Reads: [`", stringify!($read), "`](domain::action::Action::", stringify!($read), ").")]
        #[derive(Debug)]
        pub struct $read;
        impl Action for $read {
            const ACTION: domain::action::Action = domain::action::Action::$read;
            const WRITES: bool = false;
        })+
        $(#[doc = concat!("Writes: [`", stringify!($write), "`](domain::action::Action::", stringify!($write), ").")]
        #[derive(Debug)]
        pub struct $write;
        impl Action for $write {
            const ACTION: domain::action::Action = domain::action::Action::$write;
            const WRITES: bool = true;
        })+
    };
}

actions! {
    read: ReadDictionary, ReadChecklists, ReadPeople, ReadColleagues, ReadEnterprises, CheckPosition, ReadInspections,
        ReadHazards, ReadPhoto, ReadStatistics, ReadAudit;
    write: SwitchPost, SignOut, ReadSelf, AddPerson, EditPerson, DeletePerson, RevealPhone, ImportPeople, AddEnterprise,
        EditEnterprise, DeleteEnterprise, CloseEnterprise, ImportEnterprises, ExportEnterprises, SubmitInspection,
        CloseHazard, ReassignHazard, ExportHazards, StorePhoto;
}
