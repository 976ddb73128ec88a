//! The savings of a draft in one window: whatever order they end in, and whether they end at all, the newest text gets to
//! disk, and nothing that this window wrote looks like another window's.

use app::offline::{
    draft::{Claim, Version},
    savings::{Savings, Turn},
};
use proptest::prelude::*;
use rstest::rstest;
use uuid::Uuid;

const US: Uuid = Uuid::from_u128(1);
const OTHERS: Uuid = Uuid::from_u128(2);

fn by(writer: Option<Uuid>, revision: u32) -> Version {
    Version { revision, writer }
}

#[rstest]
#[case::first(None, None, Claim::Ours)]
#[case::as_it_was(Some(by(Some(OTHERS), 3)), Some(3), Claim::Ours)]
#[case::of_an_older_version(Some(by(None, 3)), Some(3), Claim::Ours)]
#[case::our_own_last_saving(Some(by(Some(US), 4)), Some(3), Claim::Ours)]
#[case::a_newer_text_of_ours(Some(by(Some(US), 6)), Some(3), Claim::Newer)]
#[case::written_on_elsewhere(Some(by(Some(OTHERS), 4)), Some(3), Claim::Lost)]
#[case::written_on_elsewhere_under_the_number_of_ours(Some(by(Some(OTHERS), 5)), Some(3), Claim::Lost)]
#[case::handed_in_elsewhere(None, Some(3), Claim::Lost)]
#[case::begun_elsewhere(Some(by(Some(OTHERS), 1)), None, Claim::Lost)]
#[case::unreadable(Some(by(None, u32::MAX)), None, Claim::Lost)]
fn only_the_window_that_saw_or_wrote_what_lies_there_writes(
    #[case] on_disk: Option<Version>,
    #[case] last_seen: Option<u32>,
    #[case] expected: Claim,
) {
    assert_eq!(Turn { writer: US, revision: 5, last_seen }.claim(on_disk), expected);
}

/// A disk, and savings that were begun and may end in any order.
#[derive(Default)]
struct World {
    disk: Option<(Version, u32)>,
    jobs: Vec<Job>,
}

struct Job {
    turn: Turn,
    text: u32,
    is_last: bool,
    /// Whether it failed, once it ran.
    outcome: Option<Result<(), ()>>,
}

impl World {
    fn begin(&mut self, taken: Option<(Turn, u32)>, is_last: bool) -> bool {
        let Some((turn, text)) = taken else { return false };
        self.jobs.push(Job { turn, text, is_last, outcome: None });
        true
    }

    /// A saving writes, or is cut short. What a page does at last does not look, but is asked of the disk at once: it comes
    /// before whatever begins later.
    fn end(&mut self, n: usize, is_cut: bool) {
        while let Some(earlier) = self.jobs[..n].iter().position(|job| job.is_last && job.outcome.is_none()) {
            self.end(earlier, false);
        }
        let job = &mut self.jobs[n];
        if job.outcome.is_some() {
            return;
        }
        job.outcome = Some(if is_cut { Err(()) } else { Ok(()) });
        if is_cut {
            return;
        }
        let claim = job.turn.claim(self.disk.map(|(version, _)| version));
        assert_ne!(claim, Claim::Lost, "only this window writes");
        if job.is_last || claim == Claim::Ours {
            let before = self.disk.map_or(0, |(_, text)| text);
            assert!(job.text >= before, "an older text took the place of a newer one");
            self.disk = Some((by(Some(US), job.turn.revision), job.text));
        }
    }

    /// The page hears how a saving ended.
    fn tell(&mut self, n: usize, savings: &mut Savings<u32>) {
        let job = self.jobs.remove(n);
        match job.outcome {
            Some(Ok(())) => savings.saved(job.turn.revision),
            Some(Err(())) => savings.failed(job.turn.revision),
            None => self.jobs.insert(n, job),
        }
    }
}

/// A window that has written the first text, and is told of it.
fn begun() -> (World, Savings<u32>) {
    let (mut world, mut savings) = (World::default(), Savings::new(US, None));
    savings.note(1);
    assert!(world.begin(savings.take(), false));
    world.end(0, false);
    world.tell(0, &mut savings);
    (world, savings)
}

#[test]
fn a_saving_that_ends_after_the_last_one_of_a_page_that_came_back_loses_nothing() {
    let (mut world, mut savings) = begun();
    savings.note(2);
    world.begin(savings.take(), false);
    savings.note(3);
    world.begin(savings.take_at_last(), true);
    world.end(1, false);
    world.end(0, false);
    assert_eq!(world.disk.map(|(_, text)| text), Some(3));
    world.tell(1, &mut savings);
    world.tell(0, &mut savings);
    savings.note(4);
    assert!(world.begin(savings.take(), false));
    world.end(0, false);
    assert_eq!(world.disk.map(|(_, text)| text), Some(4));
}

#[test]
fn a_saving_that_was_cut_short_does_not_bring_its_text_back_over_the_last_one() {
    let (mut world, mut savings) = begun();
    savings.note(2);
    world.begin(savings.take(), false);
    savings.note(3);
    world.begin(savings.take_at_last(), true);
    world.end(1, false);
    world.end(0, true);
    world.tell(0, &mut savings);
    assert_eq!(savings.take(), None, "what was cut short is older than what is on disk");
}

#[test]
fn a_last_saving_that_was_cut_short_is_pending_when_the_page_comes_back() {
    let (mut world, mut savings) = begun();
    savings.note(2);
    world.begin(savings.take(), false);
    savings.note(3);
    world.begin(savings.take_at_last(), true);
    world.end(0, false);
    world.tell(0, &mut savings);
    world.end(0, true);
    world.tell(0, &mut savings);
    assert_eq!(savings.take().map(|(_, text)| text), Some(3));
}

#[test]
fn what_was_handed_in_does_not_become_pending_again_and_is_this_windows_to_take() {
    let (mut world, mut savings) = begun();
    savings.note(2);
    world.begin(savings.take(), false);
    world.end(0, false);
    let turn = savings.stop();
    assert_eq!(turn.claim(world.disk.map(|(version, _)| version)), Claim::Ours, "before it is told of its own saving");
    savings.note(3);
    savings.failed(2);
    assert_eq!(savings.take_at_last(), None);
    savings.resume(4);
    assert_eq!(savings.take().map(|(_, text)| text), Some(4));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn the_newest_text_gets_to_disk_in_whatever_order_savings_end(
        events in proptest::collection::vec((0..7_u8, any::<prop::sample::Index>()), 0..60),
    ) {
        let (mut world, mut savings) = (World::default(), Savings::new(US, None));
        let mut newest = 0;
        for (event, index) in events {
            let n = (!world.jobs.is_empty()).then(|| index.index(world.jobs.len()));
            match (event, n) {
                (0 | 1, _) => {
                    newest += 1;
                    savings.note(newest);
                }
                (2, _) => {
                    world.begin(savings.take(), false);
                }
                (3, _) => {
                    world.begin(savings.take_at_last(), true);
                }
                (4, Some(n)) => world.end(n, false),
                (5, Some(n)) => world.end(n, true),
                (_, Some(n)) => world.tell(n, &mut savings),
                (_, None) => {}
            }
        }
        for n in 0..world.jobs.len() {
            world.end(n, n % 2 == 0);
        }
        while !world.jobs.is_empty() {
            world.tell(0, &mut savings);
        }
        while world.begin(savings.take(), false) {
            world.end(0, false);
            world.tell(0, &mut savings);
        }
        prop_assert_eq!(world.disk.map_or(0, |(_, text)| text), newest);
    }
}
