//! The file of an outbox: what goes in comes out, and damage is told from content.

use app::offline::parcel::{Carried, FIRST_LINE, Parcel, PieceKind, head, read};
use domain::{id::OperationId, operation::content_hash, photo::PhotoHash};
use proptest::prelude::*;
use uuid::Uuid;

fn piece(kind: PieceKind, key: &str, content: &[u8]) -> Vec<u8> {
    [head(kind, key, content.len()).as_bytes(), content, b"\n"].concat()
}

fn id(n: u128) -> OperationId {
    OperationId(Uuid::from_u128(n))
}

fn envelope(n: u128) -> String {
    let (id, none) = (id(n), Uuid::nil());
    format!(
        r#"{{"format":1,"id":"{id}","kind":"begun","post":"{none}","author":"{none}","made_at":0,"body":{{"a":"行{n}\n"}}}}"#
    )
}

fn file(pieces: &[Vec<u8>]) -> Vec<u8> {
    [FIRST_LINE.as_bytes(), &pieces.concat()].concat()
}

fn operation(n: u128) -> Vec<u8> {
    piece(PieceKind::Operation, &id(n).to_string(), envelope(n).as_bytes())
}

fn carried(n: u128) -> Carried {
    Carried { id: id(n), content_hash: content_hash(envelope(n).as_bytes()), bytes: envelope(n) }
}

#[test]
fn operations_come_out_in_their_order_byte_for_byte_and_photos_by_their_hash() {
    let photo = b"\xff\xd8 any\n bytes \n".as_slice();
    let hash = PhotoHash::of(photo);
    let all = file(&[
        operation(2),
        operation(1),
        piece(PieceKind::Photo, &hash.to_string(), photo),
        piece(PieceKind::Draft, "inspection/1", b"{}"),
        piece(PieceKind::Unknown, "drafts/patrol", b"???\n"),
    ]);
    let expected =
        Parcel { operations: vec![carried(2), carried(1)], photos: [(hash, photo)].into(), others: 2, damaged: 0 };
    assert_eq!(read(&all), Ok(expected));
}

#[test]
fn a_piece_that_is_not_what_it_says_is_damaged_and_the_rest_is_read() {
    let all = file(&[
        piece(PieceKind::Operation, &id(9).to_string(), envelope(1).as_bytes()),
        piece(PieceKind::Photo, &PhotoHash::of(b"one").to_string(), b"another"),
        operation(3),
    ]);
    let parcel = read(&all).expect("it is a file of the outbox");
    assert_eq!((parcel.operations, parcel.photos.len(), parcel.damaged), (vec![carried(3)], 0, 2));
}

#[test]
fn any_other_file_is_told_so() {
    for other in [b"".as_slice(), b"PK\x03\x04", b"{\"ranan\":\"outbox\",\"format\":2}\n"] {
        assert!(read(other).is_err());
    }
}

proptest! {
    #[test]
    fn a_file_that_was_cut_gives_what_came_before(cut in 0..2_000_usize) {
        let all = file(&[operation(1), operation(2), operation(3)]);
        let cut = FIRST_LINE.len() + cut % (all.len() - FIRST_LINE.len());
        let parcel = read(&all[..cut]).expect("the first line is there");
        let whole: Vec<_> = [1, 2, 3].map(carried).into_iter().take(parcel.operations.len()).collect();
        prop_assert_eq!(&parcel.operations, &whole);
        prop_assert!(parcel.damaged <= 1);
    }
}
