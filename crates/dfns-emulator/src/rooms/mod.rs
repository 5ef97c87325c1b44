//! The operations of the API, one file an area.
//!
//! To add an operation: write a [`Handler`] in the file of its area and name it in [`handler`]. What is not named there
//! is answered with 501.

mod access_tokens;
pub(crate) mod activation;
mod agreements;
mod applications;
mod approvals;
pub(crate) mod assets;
mod audit_logs;
pub(crate) mod broadcasts;
pub(crate) mod bulk_wallets;
mod canton_validators;
mod codes;
pub(crate) mod contracts;
mod credentials;
mod decimal;
pub(crate) mod exchanges;
mod federation;
pub(crate) mod fee_sponsors;
mod fiat;
pub(crate) mod history;
mod idempotency;
mod key_export;
mod key_import;
pub(crate) mod key_owner;
pub(crate) mod key_store;
mod keys;
mod login;
mod networks;
pub(crate) mod offers;
pub(crate) mod outside_offers;
pub(crate) mod payins;
pub(crate) mod payouts;
mod people;
pub(crate) mod permissions;
mod personal_access_tokens;
pub(crate) mod policies;
mod recovery;
pub(crate) mod refusals;
mod registration;
mod replacement;
mod service_account_keys;
mod service_accounts;
pub(crate) mod signatures;
mod signers;
mod staking;
mod tags;
mod transactions;
mod transfers;
mod user_operations;
mod users;
mod wallet_signatures;
mod wallets;
mod webhook_events;
mod webhooks;

pub(crate) use assets::holdings_in_words;

use crate::action;
use crate::chain;
use crate::context::{Handler, Preparation};

/// What is done before the handler of every call of the API, once the caller is accepted: bringing up to date what
/// moves with time. It is kept even if the handler refuses.
pub(crate) const BEFORE_EVERY_CALL: &[Preparation] = &[chain::settle];

/// The handler of an operation, by its id in the OpenAPI document.
#[expect(clippy::too_many_lines, reason = "a table: one line an operation")]
pub(crate) fn handler(operation_id: &str) -> Option<Handler> {
    Some(match operation_id {
        "abortWalletTransaction" => transactions::abort,
        "abortWalletTransfer" => transfers::abort,
        "acceptAgreement" => agreements::accept,
        "acceptWalletOffer" => offers::accept,
        "activateApplication" => applications::activate,
        "activateCredential" => credentials::activate,
        "activateFeeSponsor" => fee_sponsors::activate,
        "activatePersonalAccessToken" => personal_access_tokens::activate,
        "activateServiceAccount" => service_accounts::activate,
        "activateUser" => users::activate,
        "activateWallet" => activation::activate,
        "archiveApplication" => applications::archive,
        "archivePermission" => permissions::archive,
        "archivePersonalAccessToken" => personal_access_tokens::archive,
        "archivePolicy" => policies::archive,
        "archiveServiceAccount" => service_accounts::archive,
        "archiveUser" => users::archive,
        "assignPermission" => permissions::assignments::create,
        "broadcastTransaction" => transactions::create,
        "bulkCreateWallets" => bulk_wallets::create,
        "callFunction" => contracts::call_function,
        "cancelWalletTransaction" => replacement::cancel_transaction,
        "cancelWalletTransfer" => replacement::cancel_transfer,
        "completeEndUserRegistration" => registration::complete_end_user,
        "completeLogin" => login::complete,
        "completeOidcLogin" => federation::complete_open_id_connect,
        "completeRegistration" => registration::complete,
        "completeSocialLogin" => federation::log_in_socially,
        "completeSsoLogin" => federation::complete_single_sign_on,
        "createApplication" => applications::create,
        "createApprovalDecision" => approvals::decide,
        "createCantonValidator" => canton_validators::create,
        "createCredential" => credentials::create::create,
        "createCredentialChallenge" => credentials::challenge::create,
        "createCredentialChallengeWithCode" => credentials::challenge::create_with_code,
        "createCredentialCode" => credentials::challenge::create_code,
        "createCredentialWithCode" => credentials::create::create_with_code,
        "createDelegatedLogin" => login::create_delegated,
        "createDelegatedRecoveryChallenge" => recovery::create_delegated,
        "createDelegatedRegistrationChallenge" => registration::create_delegated,
        "createExchange" => exchanges::create,
        "createExchangeDeposit" => exchanges::deposit,
        "createExchangeWithdrawal" => exchanges::withdraw,
        "createFeeSponsor" => fee_sponsors::create,
        "createKey" => keys::create,
        "createLoginChallenge" => login::create_challenge,
        "createOidcLoginCredential" => federation::create_first_credential,
        "createPayin" => payins::create,
        "createPayinQuote" => payins::quote,
        "createPayinRecipient" => payins::create_recipient,
        "createPayout" => payouts::create,
        "createPayoutAction" => payouts::act,
        "createPayoutQuote" => payouts::quote,
        "createPermission" => permissions::create,
        "createPersonalAccessToken" => personal_access_tokens::create,
        "createPolicy" => policies::create,
        "createRecoveryChallenge" => recovery::create,
        "createRegistrationChallenge" => registration::create,
        "createServiceAccount" => service_accounts::create,
        "createServiceAccountCredential" => service_account_keys::create,
        "createSocialRegistrationChallenge" => federation::register_socially,
        "createStake" => staking::create,
        "createStakeAction" => staking::act,
        "createUser" => users::create,
        "createUserActionChallenge" => action::challenge::create,
        "createUserActionSignature" => action::complete::create,
        "createWallet" => wallets::create,
        "createWebhook" => webhooks::create,
        "deactivateApplication" => applications::deactivate,
        "deactivateCredential" => credentials::deactivate,
        "deactivateFeeSponsor" => fee_sponsors::deactivate,
        "deactivatePersonalAccessToken" => personal_access_tokens::deactivate,
        "deactivateServiceAccount" => service_accounts::deactivate,
        "deactivateUser" => users::deactivate,
        "delegateKey" => keys::delegate,
        "delegateWallet" => wallets::delegate,
        "deleteCantonValidator" => canton_validators::delete,
        "deleteCredential" => credentials::delete,
        "deleteExchange" => exchanges::delete,
        "deleteFeeSponsor" => fee_sponsors::delete,
        "deleteKey" => keys::delete,
        "deletePermission" => permissions::delete,
        "deleteServiceAccountCredential" => service_account_keys::delete,
        "deleteWebhook" => webhooks::delete,
        "deriveKey" => keys::derive,
        "estimateFees" => networks::estimate_fees,
        "exportKey" => key_export::export,
        "exportWallet" => key_export::export_wallet,
        "generateKeySignature" => signatures::create,
        "generateWalletSignature" => wallet_signatures::create,
        "getApplication" => applications::get,
        "getApproval" => approvals::get,
        "getAuditLog" => audit_logs::get,
        "getBulkWalletJob" => bulk_wallets::get,
        "getCantonValidator" => canton_validators::get,
        "getExchange" => exchanges::get,
        "getFeeSponsor" => fee_sponsors::get,
        "getKey" => keys::get,
        "getKeySignature" => signatures::get,
        "getLatestUnacceptedAgreement" => agreements::latest_unaccepted,
        "getPayin" => payins::get,
        "getPayinRecipient" => payins::get_recipient,
        "getPayout" => payouts::get,
        "getPermission" => permissions::get,
        "getPersonalAccessToken" => personal_access_tokens::get,
        "getPolicy" => policies::get,
        "getServiceAccount" => service_accounts::get,
        "getStake" => staking::get,
        "getStakeRewards" => staking::rewards,
        "getSumsubTravelRulePublicKey" => policies::sumsub_public_key,
        "getUser" => users::get,
        "getWallet" => wallets::get,
        "getWalletAssets" => assets::list,
        "getWalletHistory" => history::list,
        "getWalletNfts" => assets::list_unique,
        "getWalletOffer" => offers::get,
        "getWalletSignature" => wallet_signatures::get,
        "getWalletTransaction" => transactions::get,
        "getWalletTransfer" => transfers::get,
        "getWebhook" => webhooks::get,
        "getWebhookEvent" => webhook_events::get,
        "importKey" => key_import::import,
        "importWallet" => key_import::import_wallet,
        "initOidcLogin" => federation::start_open_id_connect,
        "initSsoLogin" => federation::start_single_sign_on,
        "listApplications" => applications::list,
        "listApprovals" => approvals::list,
        "listAuditLogs" => audit_logs::list,
        "listBulkWalletJobWallets" => bulk_wallets::list_wallets,
        "listBulkWalletJobs" => bulk_wallets::list,
        "listCantonValidators" => canton_validators::list,
        "listCredentials" => credentials::list,
        "listExchangeAccountAssets" => exchanges::list_assets,
        "listExchangeAccounts" => exchanges::list_accounts,
        "listExchangeWithdrawalNetworks" => exchanges::list_withdrawal_networks,
        "listExchanges" => exchanges::list,
        "listFeeSponsors" => fee_sponsors::list,
        "listKeySignatures" => signatures::list,
        "listKeyStores" => signers::list_stores,
        "listKeys" => keys::list,
        "listOrgWalletHistory" => history::list_all,
        "listPayinAccounts" => payins::list_accounts,
        "listPayinBalances" => payins::list_balances,
        "listPayinOptions" => payins::list_options,
        "listPayins" => payins::list,
        "listPayouts" => payouts::list,
        "listPermissionAssignments" => permissions::assignments::list,
        "listPermissions" => permissions::list,
        "listPersonalAccessTokens" => personal_access_tokens::list,
        "listPolicies" => policies::list,
        "listServiceAccounts" => service_accounts::list,
        "listSigners" => signers::list,
        "listSponsoredFees" => fee_sponsors::list_fees,
        "listStakeActions" => staking::list_actions,
        "listStakes" => staking::list,
        "listUsers" => users::list,
        "listWalletOffers" => offers::list,
        "listWalletSignatures" => wallet_signatures::list,
        "listWalletTransactions" => transactions::list,
        "listWalletTransfers" => transfers::list,
        "listWallets" => wallets::list,
        "listWebhookEvents" => webhook_events::list,
        "listWebhooks" => webhooks::list,
        "logout" => login::logout,
        "pingWebhook" => webhooks::ping,
        "readContract" => contracts::read,
        "recoverUser" => recovery::complete,
        "registerPayinAccountAsset" => payins::register_asset,
        "reindexTransaction" => networks::reindex,
        "rejectWalletOffer" => offers::reject,
        "resendRegistrationCode" => registration::resend_code,
        "restartDelegatedRegistration" => registration::restart_delegated,
        "revokePermission" => permissions::assignments::revoke,
        "sendLoginCode" => login::send_code,
        "sendRecoveryCode" => recovery::send_code,
        "speedUpWalletTransaction" => replacement::speed_up_transaction,
        "speedUpWalletTransfer" => replacement::speed_up_transfer,
        "tagWallet" => tags::add,
        "transferAsset" => transfers::create,
        "untagWallet" => tags::remove,
        "updateApplication" => applications::update,
        "updateCantonValidator" => canton_validators::update,
        "updateKey" => keys::update,
        "updatePermission" => permissions::update,
        "updatePersonalAccessToken" => personal_access_tokens::update,
        "updatePolicy" => policies::update,
        "updateServiceAccount" => service_accounts::update,
        "updateUser" => users::update,
        "updateWallet" => wallets::update,
        "updateWebhook" => webhooks::update,
        _ => return None,
    })
}
