use dfns::types::OrgStatus;

// Called by a user of the tenant.
let mut orgs = dfns.orgs().list().status([OrgStatus::Active]).stream();
while let Some(org) = orgs.try_next().await? {
    println!("{org:?}");
}
