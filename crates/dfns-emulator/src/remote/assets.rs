//! What a test puts into the world outside of the API: tokens, answers of contracts, accounts at exchanges.

use dfns_types::{Amount, ExchangeId, Hex, WalletId};
use serde_json::{Value, json};

use super::{Admin, AdminError};

impl Admin {
    /// Adds an amount of an asset to the balance of a wallet. The asset has its `kind`, the fields that tell it from others
    /// of the kind, and, when it is seen first, `symbol` and `decimals`:
    /// `{"kind": "Erc20", "contract": "0x…", "symbol": "USDX", "decimals": 6}`. Of one that exists once
    /// (`{"kind": "Erc721", "contract": "0x…", "tokenId": "7"}`) the amount is 1.
    ///
    /// # Errors
    /// [`AdminError::Refused`] if there is no such wallet, or the network of the wallet has no such asset;
    /// [`AdminError::Unreachable`].
    pub async fn fund_asset(
        &self,
        wallet: &WalletId,
        asset: &Value,
        amount: impl Into<Amount>,
    ) -> Result<(), AdminError> {
        let body = json!({ "walletId": wallet, "asset": asset, "amount": amount.into() });
        self.post("/faucet", &body).await
    }

    /// Lets a contract of an EVM network answer `result` to this call data, or to any call data that begins with these four
    /// bytes.
    ///
    /// # Errors
    /// [`AdminError::Refused`] if it is no EVM network, or no address; [`AdminError::Unreachable`].
    pub async fn answer_call_data(
        &self,
        network: &str,
        contract: &str,
        data: &Hex,
        result: &Hex,
    ) -> Result<(), AdminError> {
        let body = json!({ "network": network, "contract": contract, "data": data, "result": result });
        self.post("/contracts", &body).await
    }

    /// Lets a contract of an EVM network answer `result` to a function by name, whatever its arguments.
    ///
    /// # Errors
    /// [`AdminError::Refused`] if it is no EVM network, or no address; [`AdminError::Unreachable`].
    pub async fn answer_function(
        &self,
        network: &str,
        contract: &str,
        function: &str,
        result: &Value,
    ) -> Result<(), AdminError> {
        let body = json!({ "network": network, "contract": contract, "function": function, "result": result });
        self.post("/contracts", &body).await
    }

    /// Puts whole coins on the account at a linked exchange, as if they had been bought there.
    ///
    /// # Errors
    /// [`AdminError::Refused`] if there is no such exchange; [`AdminError::Unreachable`].
    pub async fn credit_exchange(
        &self,
        exchange: &ExchangeId,
        symbol: &str,
        amount: impl Into<Amount>,
    ) -> Result<(), AdminError> {
        let body = json!({ "exchangeId": exchange, "symbol": symbol, "amount": amount.into() });
        self.post("/exchanges/credit", &body).await
    }

    async fn post(&self, path: &str, body: &Value) -> Result<(), AdminError> {
        let _answer: Value = self.send("POST", path, Some(body)).await?;
        Ok(())
    }
}
