use dfns::types::AgreementType;

let latest = dfns.agreements().latest_unaccepted(AgreementType::UniswapTermsOfService).await?;
if let Some(agreement) = latest.latest_agreement {
    // Show it to a person first.
    dfns.agreements().accept(agreement.id).await?;
}
