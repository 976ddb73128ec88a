//! Photos are addressed by the SHA-256 of their bytes.

use domain::photo::PhotoHash;
use proptest::prelude::*;
use rstest::rstest;

const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

#[test]
fn the_address_is_the_sha_256_in_lower_case() {
    let hash = PhotoHash::of(b"abc");
    assert_eq!((hash.to_string().as_str(), format!("{hash:?}").as_str()), (ABC, ABC));
    assert_eq!(serde_json::to_string(&hash).expect("serializes"), format!("\"{ABC}\""));
}

#[rstest]
#[case::empty(String::new())]
#[case::one_short(ABC[1..].to_owned())]
#[case::one_long(format!("{ABC}0"))]
#[case::capitals(ABC.to_uppercase())]
#[case::no_digit(ABC.replace('b', "g"))]
#[case::a_way_out_of_the_folder("../".repeat(21) + "a")]
fn anything_else_is_no_address(#[case] text: String) {
    assert_eq!(text.parse::<PhotoHash>().map_err(|problem| problem.code()), Err("bad_photo"));
    assert!(serde_json::from_value::<PhotoHash>(text.into()).is_err());
}

proptest! {
    #[test]
    fn an_address_reads_as_itself(bytes in any::<[u8; 32]>()) {
        let hash = PhotoHash(bytes);
        prop_assert_eq!(hash.to_string().parse(), Ok(hash));
    }
}
