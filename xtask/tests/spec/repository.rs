//! The specification of this repository itself.

use std::path::Path;

use xtask::spec;

#[test]
fn the_specification_of_the_repository_has_no_findings() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec");
    let loaded = spec::load(&folder).unwrap_or_else(|findings| panic!("{findings}"));
    let findings = spec::lint(&loaded);
    assert!(findings.is_empty(), "{findings}");
}
