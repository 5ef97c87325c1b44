use dfns::types::{ActivityKind, AmountLimit, ApprovalDecisionValue, ApprovalGroup, ApprovalStatus, ApproverFilter};
use dfns::types::{PolicyAction, PolicyCurrency, PolicyRule};

// Who moves more than a thousand dollars at once needs somebody's approval.
let rule = PolicyRule::transaction_amount_limit(AmountLimit::new(1_000.0, PolicyCurrency::USD));
let action = PolicyAction::request_approval([ApprovalGroup::new(1, ApproverFilter::new())]);
dfns.policies().create("large transfers", ActivityKind::WalletsSign, rule, action).await?;

let mut approvals = dfns.approvals().list().status(ApprovalStatus::Pending).stream();
while let Some(approval) = approvals.try_next().await? {
    dfns.approvals().decide(approval.id, ApprovalDecisionValue::Approved).reason("known").await?;
}
