use dfns::Outcome;
use dfns::types::{PermissionOperation, UserId};

let operations = [PermissionOperation::WalletsRead, PermissionOperation::WalletsCreate];
let permission = dfns.permissions().create("wallet makers", operations).await?;

let user: UserId = "us-6qfvs-bdk0i-8eeq3ajm1mg7b2qs".parse()?;
match dfns.permission_assignments().create(permission.id, user.to_string()).await? {
    Outcome::Done(assignment) => println!("{assignment:?}"),
    Outcome::PendingApproval { approval_id, .. } => println!("somebody has to approve it: {approval_id:?}"),
}
