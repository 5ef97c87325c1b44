//! The pages of the OpenID Connect provider that the emulator plays.

use serde::Deserialize;
use serde_json::json;

use super::Route;
use crate::context::Context;
use crate::issuer::{self, Authorization};
use crate::rooms::refusals::invalid_field;
use crate::server::{Refusal, Reply, decode_query, encode};

pub(super) const ROUTES: &[Route] = &[
    (
        "GET",
        "/identity-provider/.well-known/openid-configuration",
        configuration,
    ),
    ("GET", "/identity-provider/authorize", authorize),
    ("POST", "/identity-provider/authorize", sign_in),
    ("POST", "/identity-provider/id-tokens", id_token),
    ("GET", "/identity-provider/jwks", keys),
];

/// `GET /__admin/identity-provider/.well-known/openid-configuration`.
fn configuration(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let url = issuer::url(context.services);
    Reply::json(&json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize"),
        "jwks_uri": format!("{url}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA"],
    }))
}

/// `GET /__admin/identity-provider/jwks`.
fn keys(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    Reply::json(&issuer::key_set(context.services)?)
}

/// `GET /__admin/identity-provider/authorize?…[&login_hint=…]`: the page where somebody says who they are, and with
/// `login_hint` the way back from it, with a code.
fn authorize(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    let call = context.call;
    let Some(email) = call.query("login_hint") else {
        let mut hidden = String::new();
        for (name, value) in &call.pairs {
            let (name, value) = (escaped(name), escaped(value));
            for part in ["<input type=\"hidden\" name=\"", &name, "\" value=\"", &value, "\">"] {
                hidden.push_str(part);
            }
        }
        let page = format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Log in</title>\
             <h1>Log in</h1><form>{hidden}<label>E-mail address <input type=\"email\" name=\"login_hint\" required \
             autofocus></label> <button>Log in</button></form></html>"
        );
        return Ok(Reply::text("text/html; charset=utf-8", page));
    };
    let back = way_back(context, &call.pairs, email)?;
    Ok(Reply::redirect(back.location))
}

/// `POST /__admin/identity-provider/authorize {"redirectUrl", "email"}`: logs somebody in at the page that the API sent
/// them to, and answers what they come back with.
fn sign_in(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct SignIn {
        redirect_url: String,
        email: String,
    }
    let SignIn { redirect_url, email } = context.call.body()?;
    let page = format!("{}/authorize?", issuer::url(context.services));
    let pairs = redirect_url.strip_prefix(&page).and_then(decode_query);
    let pairs = pairs.ok_or_else(|| invalid_field("redirectUrl", &format!("must begin with {page}")))?;
    let back = way_back(context, &pairs, &email)?;
    Reply::json(&json!({ "location": back.location, "code": back.code, "state": back.state }))
}

/// `POST /__admin/identity-provider/id-tokens {"email", "nonce"?}`: what a social login hands to an application.
fn id_token(context: &mut Context<'_>) -> Result<Reply, Refusal> {
    #[derive(Deserialize)]
    struct Wanted {
        email: String,
        nonce: Option<String>,
    }
    let Wanted { email, nonce } = context.call.body()?;
    if email.is_empty() {
        return Err(invalid_field("email", "must not be empty"));
    }
    Reply::json(&json!({ "idToken": issuer::issue(context, &email, nonce)? }))
}

/// Where a browser is sent once somebody has logged in.
struct Back {
    location: String,
    code: String,
    state: String,
}

fn way_back(context: &Context<'_>, pairs: &[(String, String)], email: &str) -> Result<Back, Refusal> {
    let optional = |name: &str| {
        pairs
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    let required = |name: &str| optional(name).ok_or_else(|| invalid_field(name, "is missing"));
    let asked = Authorization {
        response_type: required("response_type")?,
        client_id: required("client_id")?,
        redirect_uri: required("redirect_uri")?,
        nonce: optional("nonce"),
    };
    let state = required("state")?.to_owned();
    let code = issuer::authorize(context, &asked, email)?;
    let joint = if asked.redirect_uri.contains('?') { '&' } else { '?' };
    let location = format!(
        "{}{joint}code={}&state={}",
        asked.redirect_uri,
        encode(&code),
        encode(&state)
    );
    Ok(Back { location, code, state })
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn what_a_page_shows_cannot_end_its_place() {
        assert_eq!(escaped("\"><script>'&"), "&quot;&gt;&lt;script&gt;&#39;&amp;");
    }
}
