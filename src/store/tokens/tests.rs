use super::*;
use crate::store::testing::Stage;

const OA: ChannelKind = ChannelKind::ZaloOa;
const HOUR: Duration = Duration::from_secs(3600);

fn pair(stage: &Stage, name: &str) -> NewTokens {
    NewTokens {
        access: format!("access-{name}").into(),
        access_until: stage.clock.now() + HOUR * 25,
        refresh: format!("refresh-{name}").into(),
        refresh_until: stage.clock.now() + ENTERED_LASTS,
    }
}

async fn begin(stage: &Stage, who: &str) -> Option<SecretString> {
    stage.store.begin_renewal(OA, who, HOUR).await.expect("a lock")
}

async fn alarms(stage: &Stage) -> Vec<(AlarmKind, String)> {
    stage.store.see_to_alarms(Duration::ZERO).await.expect("looked at");
    let untold = stage.store.untold_alarms("test").await.expect("alarms");
    untold.into_iter().map(|alarm| (alarm.kind, alarm.detail)).collect()
}

#[tokio::test]
async fn of_two_who_renew_at_once_one_has_to_wait() {
    let stage = Stage::new().await;
    assert!(begin(&stage, "one").await.is_none(), "there is nothing to renew with");
    stage.store.enter_refresh_token(OA, "first".into()).await.expect("entered");
    let first = begin(&stage, "one").await.expect("the right to renew");
    assert!(begin(&stage, "two").await.is_none());
    // One that was killed is followed when its time is over; what comes late is kept all the same, once.
    stage.clock.advance(HOUR);
    let same = begin(&stage, "two").await.expect("taken over");
    assert_eq!(same.expose_secret(), first.expose_secret());
    assert!(stage.store.keep_tokens(OA, first.clone(), pair(&stage, "a")).await.expect("kept"));
    assert!(!stage.store.keep_tokens(OA, same, pair(&stage, "b")).await.expect("too late"));
    let kept = stage.store.tokens(OA).await.expect("tokens").expect("a row");
    assert_eq!(kept.access.expect("a token").expose_secret(), "access-a");
    // What is told of the old token changes nothing any more.
    stage.store.renewal_failed(OA, first, Failure::Spent, "").await.expect("noted");
    assert_eq!(stage.store.tokens(OA).await.expect("tokens").expect("a row").failure, None);
}

#[tokio::test]
async fn what_an_operator_enters_meanwhile_stays() {
    let stage = Stage::new().await;
    stage.store.enter_refresh_token(OA, "first".into()).await.expect("entered");
    let first = begin(&stage, "one").await.expect("the right to renew");
    stage.store.enter_refresh_token(OA, "second".into()).await.expect("entered");
    assert!(!stage.store.keep_tokens(OA, first, pair(&stage, "a")).await.expect("too late"));
    assert_eq!(begin(&stage, "two").await.expect("a token").expose_secret(), "second");
}

#[tokio::test]
async fn an_administrator_hears_what_only_a_person_can_do() {
    let stage = Stage::new().await;
    assert!(alarms(&stage).await.is_empty());
    stage.store.want_tokens(OA).await.expect("wanted");
    assert_eq!(alarms(&stage).await, [(AlarmKind::NoToken, "missing: ".to_owned())]);
    stage.store.enter_refresh_token(OA, "first".into()).await.expect("entered");
    assert!(alarms(&stage).await.is_empty());
    let first = begin(&stage, "one").await.expect("the right to renew");
    stage.store.keep_tokens(OA, first, pair(&stage, "a")).await.expect("kept");
    // Nobody could be asked: that may pass, as long as the access token is good.
    let second = begin(&stage, "one").await.expect("the right to renew");
    stage.store.renewal_failed(OA, second.clone(), Failure::Unreachable, "502").await.expect("noted");
    assert!(alarms(&stage).await.is_empty());
    stage.clock.advance(PATIENCE);
    assert_eq!(alarms(&stage).await, [(AlarmKind::Renewal, "unreachable: 502".to_owned())]);
    stage.store.renewal_failed(OA, second.clone(), Failure::Spent, "-14020").await.expect("noted");
    assert_eq!(alarms(&stage).await, [(AlarmKind::NoToken, "spent: -14020".to_owned())]);
    stage.store.keep_tokens(OA, second, pair(&stage, "b")).await.expect("kept");
    assert!(alarms(&stage).await.is_empty());
    stage.clock.advance(ENTERED_LASTS - END_NEAR);
    assert!(matches!(alarms(&stage).await[..], [(AlarmKind::Expiry, _)]));
}
