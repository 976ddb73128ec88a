//! What permits are given for, as types, so that a permit for one thing cannot serve another: the actions of
//! [`domain::action::Action`], for people; and what the server does by itself, or an operator from the command line.

use store::{audit::Actor, sessions::Caller};

/// Something that a permit is given for.
pub trait Work: Send + Sync + 'static {
    /// Who does it.
    type Caller: Acts;
    /// Whether it writes, and so leaves an audit row.
    const WRITES: bool;
    /// Whether it may write for seconds: then it shares its commit with nobody, who would have to wait for it.
    const IS_LONG: bool = false;

    /// The dotted name, as in the audit log.
    fn name() -> &'static str;
}

/// What a person does, as a type.
pub trait Action: Work<Caller = Caller> {
    /// The line in the table of rights.
    const ACTION: domain::action::Action;
}

/// Whoever can be named in the audit log.
pub trait Acts: Send + Sync {
    /// As whom the log has it.
    fn actor(&self) -> Actor<'_>;
}

impl Acts for Caller {
    fn actor(&self) -> Actor<'_> {
        Actor::Person { person: self.person, name: &self.name, post: self.post.as_ref() }
    }
}

/// The server by itself, in a job of this name.
#[derive(Clone, Copy, Debug)]
pub struct System(pub(crate) &'static str);

impl Acts for System {
    fn actor(&self) -> Actor<'_> {
        Actor::System(self.0)
    }
}

/// Whoever runs the server, by a command of this name.
#[derive(Clone, Copy, Debug)]
pub struct Operator(pub(crate) &'static str);

impl Acts for Operator {
    fn actor(&self) -> Actor<'_> {
        Actor::Operator(self.0)
    }
}

macro_rules! works {
    ($who:ident: $($(#[$doc:meta])* $work:ident $name:literal $writes:literal),+ $(,)?) => {
        $($(#[$doc])*
        #[derive(Debug)]
        pub struct $work;
        impl Work for $work {
            type Caller = $who;
            const WRITES: bool = $writes;
            fn name() -> &'static str {
                $name
            }
        })+
    };
}

works! {
    System:
    /// Looks at the jobs, for the metrics.
    CountJobs "job.count" false,
    /// Claims jobs and ends them.
    RunJobs "job.run" true,
    /// Notes what the proof of a photo found.
    ProvePhoto "photo.prove" true,
    /// Files what waited for an operation that was applied.
    FileWaiting "operation.file_waiting" true,
    /// Adds up the sums of the statistics.
    FoldSums "sums.fold" true,
    /// Forgets sessions and codes that ended.
    SweepSessions "session.sweep" true,
    /// Forgets workbooks that nobody confirmed.
    SweepWorkbooks "workbook.sweep" true,
}

works! {
    Operator:
    /// Makes an administrator without a session.
    CreateAdministrator "person.create_administrator" true,
}

macro_rules! actions {
    (read: $($read:ident),+; write: $($write:ident),+ $(;)?) => {
        $(#[doc = concat!("Reads: [`", stringify!($read), "`](domain::action::Action::", stringify!($read), ").")]
        #[derive(Debug)]
        pub struct $read;
        actions!(@ $read false);)+
        $(#[doc = concat!("Writes: [`", stringify!($write), "`](domain::action::Action::", stringify!($write), ").")]
        #[derive(Debug)]
        pub struct $write;
        actions!(@ $write true);)+
    };
    (@ $action:ident $writes:literal) => {
        actions!(@ $action $action $writes);
    };
    (@ $work:ident $action:ident $writes:literal) => {
        impl Work for $work {
            type Caller = Caller;
            const WRITES: bool = $writes;
            const IS_LONG: bool =
                matches!(Self::ACTION, domain::action::Action::ImportPeople | domain::action::Action::ImportEnterprises);
            fn name() -> &'static str {
                Self::ACTION.name()
            }
        }
        impl Action for $work {
            const ACTION: domain::action::Action = domain::action::Action::$action;
        }
    };
}

actions! {
    read: ReadSessions, ReadDictionary, ReadChecklists, ReadPeople, ReadColleagues, ReadEnterprises, CheckPosition, ReadInspections,
        ReadHazards, ReadOperation, ReadHeld, ReadPhoto, ReadStatistics, ReadAudit, ReadDisk, ReadJobs;
    write: SwitchPost, SignOut, EndSession, ReadSelf, AddPerson, EditPerson, DeletePerson, RevealPhone, FindPerson, ImportPeople,
        FindEnterprise, AddEnterprise,
        EditEnterprise, DeleteEnterprise, CloseEnterprise, ImportEnterprises, ExportEnterprises, SubmitInspection,
        FileOperation, AcceptOperation, MoveOperation, ReturnOperation, CloseHazard, ReassignHazard, ReviewHazard,
        ExtendHazard, TransferHazard, ChangeSeverity, VoidHazard, ReopenHazard, ExportHazards, StorePhoto, RetryJob;
}

/// Asks about a photo before it is sent: the right to [`StorePhoto`], without the writer.
#[derive(Debug)]
pub struct ExpectPhoto;
actions!(@ ExpectPhoto StorePhoto false);
