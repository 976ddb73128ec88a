//! What one person can make the server do with what they hand in.

use crate::support::{self, World, on_each_engine};
use domain::{
    enterprise::EnterpriseDraft,
    id::{EnterpriseId, InspectionId, OperationId},
    inspection::Begun,
    job::JobKind,
    operation::{MOST_NEEDS, OperationKind, Outcome},
};
use services::{enterprises, jobs, operations};
use uuid::Uuid;

/// An inspector and an enterprise of theirs.
struct Field<'a> {
    world: &'a World,
    token: String,
    enterprise: EnterpriseId,
}

impl<'a> Field<'a> {
    async fn open(world: &'a World) -> Self {
        let administrator = world.administrator("13800000003", "县管甲", "530111").await;
        let (token, _) = world.inspector(&administrator, "13900000001", "检查甲", "530111").await;
        let enterprise = EnterpriseId(Uuid::now_v7());
        let draft = EnterpriseDraft {
            name: "老街过桥米线".into(),
            enterprise_type: "餐饮企业".into(),
            address: "官渡区关上街1号".into(),
            legal_representative: "王老街".into(),
            credit_code: "91360727MA38QC805G".into(),
            ..EnterpriseDraft::default()
        };
        enterprises::add(world.permit(&administrator).await, enterprise, draft).await.unwrap();
        Self { world, token, enterprise }
    }

    /// Hands in that an inspection was begun.
    async fn begin(&self, id: OperationId, needs: &[OperationId]) -> Outcome {
        let started_at = self.world.gate.now();
        let body = Begun { inspection: InspectionId(Uuid::now_v7()), enterprise: self.enterprise, started_at };
        let about = (OperationKind::Begun, id, started_at);
        support::hand_in_after(&self.world.gate, &self.token, needs, about, &body).await.unwrap().outcome
    }

    /// How many of these are applied.
    async fn applied(&self, ids: &[OperationId]) -> usize {
        let told = operations::status(self.world.permit(&self.token).await, ids.to_vec()).await.unwrap();
        told.into_iter().filter(|one| one.receipt.as_ref().unwrap().outcome == Outcome::Applied).count()
    }

    /// Does what waits to be done in the background.
    async fn work(&self) {
        loop {
            let claimed = jobs::claim(&self.world.gate, JobKind::FileWaiting, 16).await.unwrap();
            if claimed.is_empty() {
                return;
            }
            let mut outcomes = Vec::new();
            for job in claimed {
                operations::file_waiting(&self.world.gate, job.key.parse().unwrap()).await.unwrap();
                outcomes.push((job, Ok(())));
            }
            jobs::end(&self.world.gate, &outcomes).await.unwrap();
        }
    }
}

fn fresh(count: usize) -> Vec<OperationId> {
    (0..count).map(|_| OperationId(Uuid::now_v7())).collect()
}

/// Else a hundred small requests would keep all others from writing for as long as it takes to look at each of them a
/// hundred times.
#[tokio::test]
async fn what_needs_several_that_follow_each_other_is_settled_once_when_nothing_is_missing_any_more() {
    on_each_engine(async |world| {
        let field = Field::open(world).await;
        let (chain, all) = (fresh(MOST_NEEDS), fresh(40));
        for pair in chain.windows(2) {
            assert!(matches!(field.begin(pair[1], &pair[..1]).await, Outcome::Held(_)));
        }
        for id in &all {
            assert!(matches!(field.begin(*id, &chain).await, Outcome::Held(_)));
        }
        assert_eq!(field.begin(chain[0], &[]).await, Outcome::Applied);
        assert_eq!((field.applied(&chain).await, field.applied(&all).await), (MOST_NEEDS, 0));
        field.work().await;
        assert_eq!(field.applied(&all).await, 40);
        let log = world.audit().await;
        for id in all {
            assert_eq!(log.iter().filter(|row| row[2] == id.to_string()).count(), 2, "filed, and applied");
        }
    })
    .await;
}

#[tokio::test]
async fn of_many_that_wait_for_one_so_many_are_filed_with_it_and_the_rest_by_a_job() {
    on_each_engine(async |world| {
        let field = Field::open(world).await;
        let (first, waiting) = (fresh(1), fresh(100));
        for id in &waiting {
            assert!(matches!(field.begin(*id, &first).await, Outcome::Held(_)));
        }
        assert_eq!(field.begin(first[0], &[]).await, Outcome::Applied);
        assert_eq!(field.applied(&waiting).await, 32);
        field.work().await;
        assert_eq!(field.applied(&waiting).await, 100);
    })
    .await;
}

#[tokio::test]
async fn what_one_person_leaves_to_the_office_is_bounded_and_nobody_else_s_is() {
    on_each_engine(async |world| {
        let field = Field::open(world).await;
        let broken = "x".repeat(1_000_000);
        let hand_in = async |token: &str| {
            let about = (OperationKind::Inspection, OperationId(Uuid::now_v7()), world.gate.now());
            support::hand_in(&world.gate, token, about, &broken).await
        };
        let mut taken = 0;
        let refused = loop {
            match hand_in(&field.token).await {
                Ok(_) => taken += 1,
                Err(problem) => break problem,
            }
        };
        assert_eq!((taken, refused.code()), (96, "too_many"));
        assert_eq!(
            field.begin(OperationId(Uuid::now_v7()), &[]).await,
            Outcome::Applied,
            "what is applied is no burden"
        );
        world.pass_seconds(refused.retry_after_s().unwrap());
        hand_in(&field.token).await.unwrap();
    })
    .await;
}
