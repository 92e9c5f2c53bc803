//! What fuzzing found once (see fuzz/), as the smallest case of each.

use crate::oracle::through::header_time;
use crate::support::{both_ways, output};

#[test]
fn a_field_of_another_dataset_with_the_name_of_the_time_field_is_not_lost() {
    const CONFIG: &str = "dataset=gateway_dns timestamp_key=Timestamp";
    let added = r#"{"cloudflare":{"unmapped":{"Timestamp":1657233726}}}"#;
    let expected = output(CONFIG, "gateway_dns", added);
    let text = r#"{"QueryName":"example.com.","Timestamp":1657233726}"#;
    for (way, got) in both_ways(CONFIG, text) {
        assert_eq!(got, Some((expected.clone(), header_time())), "{way}");
    }
}
