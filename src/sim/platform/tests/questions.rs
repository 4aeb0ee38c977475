//! Everything but filing: states, catalogue, ratings.

use super::*;
use crate::case::RetryCause;
use crate::shell::platform::words::Terminal;
use crate::shell::platform::{CatalogueAnswer, Failure, Rating};

#[tokio::test]
async fn where_a_case_stands_by_either_number() {
    let pair = Pair::with(|options| options.pace_s = None);
    let client = pair.client();
    assert_eq!(
        client.case_status_by_number("A0001-7K-000001-X").await,
        Ok(None)
    );
    let taken = accepted(client.put_case(&key(1), &body(1)).await);
    let status = client
        .case_status_by_number("A0001-7K-000001-X")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (status.sblsh.as_str(), status.state),
        (taken.sblsh.as_str(), CaseState::Submitted)
    );
    assert_eq!(status.task_name, "演示登记");
    pair.sim
        .set_state(&taken.sblsh, CaseState::Supplement)
        .unwrap();
    let status = client
        .case_status(&taken.sblsh, &taken.query_code)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(status.state, CaseState::Supplement);
    assert_eq!(
        client.case_status(&taken.sblsh, "WRONG234").await,
        Ok(None),
        "the code is the key to it"
    );
}

#[tokio::test]
async fn cases_walk_on_by_themselves() {
    let clock = Arc::new(AtomicI64::new(NOW));
    let wall = clock.clone();
    let pair = Pair::with(|options| {
        options.pace_s = Some(60);
        options.wall = Arc::new(move || wall.load(Ordering::SeqCst));
    });
    accepted(pair.client().put_case(&key(1), &body(1)).await);
    for (after, state, at) in [
        (59, CaseState::Submitted, "09:00:00"),
        (60, CaseState::PreAccepted, "09:01:00"),
        (179, CaseState::Accepted, "09:02:00"),
        (86_400, CaseState::Granted, "09:04:00"),
    ] {
        clock.store(NOW + after, Ordering::SeqCst);
        let status = pair.sim.cases().unwrap().remove(0).status;
        assert_eq!(status.state, state);
        assert_eq!(status.updated_at, format!("2026-11-22T{at}+08:00"));
    }
}

#[tokio::test]
async fn a_person_sees_their_own_cases_newest_first() {
    let pair = Pair::new();
    let client = pair.client();
    let mine = "11010519491231002X";
    assert_eq!(client.cases_of_person("10", mine).await, Ok(vec![]));
    for n in 1..=52 {
        accepted(client.put_case(&key(n), &body(n)).await);
    }
    accepted(
        client
            .put_case(&key(99), &body_of(99, "999999200001010000"))
            .await,
    );
    let cases = client.cases_of_person("10", mine).await.unwrap();
    assert_eq!(cases.len(), 50);
    assert_eq!(cases[0].sblsh, format!("{ITEM}202611220052"));
    assert_eq!(client.cases_of_person("20", mine).await, Ok(vec![]));
    assert_eq!(
        client
            .cases_of_person("10", "999999200001010000")
            .await
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn the_catalogue_comes_once_until_it_changes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("catalogue.json");
    let pair = Pair::with(|options| options.catalogue = Some(file.clone()));
    let client = pair.client();
    assert!(
        matches!(client.catalogue(None).await, CatalogueAnswer::Failed(_)),
        "no file yet"
    );
    std::fs::write(&file, b"{\"items\":[]}").unwrap();
    let CatalogueAnswer::New { etag, bytes } = client.catalogue(None).await else {
        panic!("no catalogue");
    };
    assert_eq!(bytes, b"{\"items\":[]}");
    assert_eq!(
        client.catalogue(Some(&etag)).await,
        CatalogueAnswer::NotModified
    );
    std::fs::write(&file, b"{\"items\":[1]}").unwrap();
    let CatalogueAnswer::New { etag: newer, bytes } = client.catalogue(Some(&etag)).await else {
        panic!("no newer one");
    };
    assert_ne!(newer, etag);
    assert_eq!(bytes, b"{\"items\":[1]}");
    pair.sim.set_fault(Fault::Portal);
    let portal = CatalogueAnswer::Failed(Failure::retry(RetryCause::Portal));
    assert_eq!(client.catalogue(Some(&etag)).await, portal);
}

#[tokio::test]
async fn without_a_catalogue_the_platform_says_so() {
    let pair = Pair::new();
    let CatalogueAnswer::Failed(failure) = pair.client().catalogue(None).await else {
        panic!("a catalogue from nowhere");
    };
    assert!(failure.is_not_found());
}

#[tokio::test]
async fn a_rating_counts_once() {
    let pair = Pair::new();
    let client = pair.client();
    let mut rating = Rating {
        area_code: "440203101".into(),
        task_code: ITEM.into(),
        task_name: "演示登记".into(),
        project_no: "A0001-7K-000001-X".into(),
        pf: Terminal::HallTerminal,
        satisfaction: 1,
        eval_detail: "101,103".into(),
        writing_evaluation: "等了很久".into(),
        assess_time: "2026-11-22T09:00:00+08:00".into(),
        assess_number: 1,
    };
    let bytes = rating.to_bytes().unwrap();
    pair.sim.set_fault_for(Fault::LostAnswer, 1);
    assert_eq!(
        client.rate(&key(1), &bytes).await,
        Err(Failure::retry(RetryCause::TimedOut))
    );
    assert_eq!(client.rate(&key(1), &bytes).await, Ok(()));
    assert_eq!(pair.sim.ratings().unwrap(), std::slice::from_ref(&bytes));
    rating.satisfaction = 0;
    let wrong = client.rate(&key(2), &rating.to_bytes().unwrap()).await;
    assert!(matches!(wrong, Err(Failure::Problem { .. })), "{wrong:?}");
    assert_eq!(pair.sim.ratings().unwrap().len(), 1);
}

#[tokio::test]
async fn nothing_personal_is_printed_for_the_engineer() {
    let pair = Pair::new();
    accepted(pair.client().put_case(&key(1), &body(1)).await);
    let printed = format!("{:?}", pair.sim.cases().unwrap());
    assert!(!printed.contains("11010519491231002X") && !printed.contains("演示人"));
}
