use dfns::types::WebhookEventKind;

let events = [WebhookEventKind::WalletTransferConfirmed, WebhookEventKind::WalletTransferFailed];
let webhook = dfns.webhooks().create("https://example.test/dfns", events).description("payments").await?;
// Shown once: what `dfns::webhook` checks deliveries with.
println!("keep the secret of {}", webhook.id);
dfns.webhooks().ping(webhook.id).await?;
