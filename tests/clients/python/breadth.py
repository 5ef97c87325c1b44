"""The official Python client calls the operations that it and the emulator both know, once by itself and once in two steps.

Played by more than one version of the client: what a version has no method for is passed over.
"""

import json
import os
import sys
import urllib.request
from importlib.metadata import version
from inspect import signature

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from dfns_sdk import (
    DfnsClient,
    DfnsClientConfig,
    DfnsDelegatedClient,
    DfnsDelegatedClientConfig,
    DfnsError,
    KeySigner,
)

READY = json.loads(os.environ["EMULATOR"])
ETHER = 10**18


def admin(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(READY["admin"] + path, data=data, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def fund(wallet):
    admin("POST", "/faucet", {"walletId": wallet["id"], "amount": str(5 * ETHER)})


def public_key():
    key = Ed25519PrivateKey.generate().public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


class Caller:
    """Calls methods by their places, signed ones in two steps if the client is a delegated one."""

    def __init__(self, delegated, called, token, credential_id, private_key):
        self.called = called
        self.signer = KeySigner(credential_id=credential_id, private_key=private_key)
        url = READY["url"]
        if delegated:
            self.client = DfnsDelegatedClient(DfnsDelegatedClientConfig(auth_token=token, base_url=url))
        else:
            self.client = DfnsClient(DfnsClientConfig(auth_token=token, base_url=url, signer=self.signer))

    def __call__(self, place, *arguments):
        domain, name = place.split(".")
        room = getattr(self.client, domain, None)
        begin = getattr(room, f"{name}_init", None)
        if begin is not None:
            self.called.add(place)
            arguments = arguments[: len(signature(begin).parameters)]
            challenge = begin(*arguments)
            signed = {
                "challengeIdentifier": challenge["challengeIdentifier"],
                "firstFactor": self.signer.sign(challenge),
            }
            return getattr(room, f"{name}_complete")(*arguments, signed_challenge=signed)
        method = getattr(room, name, None)
        if method is None:
            return None
        self.called.add(place)
        # Older versions have no body for some that take an empty one.
        return method(*arguments[: len(signature(method).parameters)])

    def refused(self, status, place, *arguments):
        try:
            self(place, *arguments)
        except DfnsError as error:
            assert error.status_code == status, f"{place}: {error}"
            return
        raise AssertionError(f"{place} was not refused")


def wallets(name, service, person):
    one, two = (service("wallets.create_wallet", {"network": "EthereumSepolia", "tags": [name]}) for _ in range(2))
    fund(one)
    wallet = one["id"]
    service("wallets.get_wallet", wallet)
    service("wallets.list_wallets", {"limit": "1"})
    service("wallets.update_wallet", wallet, {"name": name})
    service("wallets.tag_wallet", wallet, {"tags": ["x"]})
    service("wallets.untag_wallet", wallet, {"tags": ["x"]})
    admin("POST", "/clock/freeze")
    for replace in ("speed_up", "cancel"):
        sent = service("wallets.transfer_asset", wallet, {"kind": "Native", "to": two["address"], "amount": "1"})
        made = service(
            "wallets.sign_and_broadcast_transaction", wallet, {"kind": "Eip1559", "to": two["address"], "value": "1"}
        )
        admin("POST", "/clock/advance", {"seconds": 0.15})
        service(f"wallets.{replace}_transfer", wallet, sent["id"])
        service(f"wallets.{replace}_transaction", wallet, made["id"])
        admin("POST", "/clock/advance", {"seconds": 1})
        service("wallets.get_transfer", wallet, sent["id"])
        service("wallets.get_transaction", wallet, made["id"])
        service.refused(400, "wallets.abort_transfer", wallet, sent["id"])
        service.refused(400, "wallets.abort_transaction", wallet, made["id"])
    admin("POST", "/clock/run")
    for part in ("list_transfers", "list_transactions", "get_wallet_assets", "get_wallet_history", "get_wallet_nfts", "list_offers"):
        service(f"wallets.{part}", wallet)
    year = {"startTime": "2026-01-01T00:00:00.000Z", "endTime": "2027-01-01T00:00:00.000Z"}
    service("wallets.list_org_wallet_history", year)
    job = service("wallets.bulk_create_wallets", {"network": "EthereumSepolia", "count": 2, "name": name})
    if job:
        service("wallets.list_bulk_wallet_jobs")
    starknet = service("wallets.create_wallet", {"network": "Starknet"})
    fund(starknet)
    service("wallets.activate_wallet", starknet["id"], {})
    service.refused(404, "wallets.get_wallet", "wa-00000-00000-00000000000000")
    service.refused(400, "wallets.create_wallet", {"network": "Atlantis"})


def keys(name, service, person):
    key = service("keys.create_key", {"scheme": "ECDSA", "curve": "secp256k1", "name": name})["id"]
    service("keys.get_key", key)
    service("keys.list_keys")
    service("keys.update_key", key, {"name": "other"})
    types = {"Mail": [{"name": "text", "type": "string"}]}
    # None of its networks named.
    typed = {"kind": "Eip712", "types": types, "domain": {"name": "Mail"}, "message": {"text": "hello"}}
    made = service("keys.generate_signature", key, typed)
    assert made["status"] == "Signed", made
    service("keys.get_signature", key, made["id"])
    service("keys.list_signatures", key)
    shared = service("keys.create_key", {"scheme": "DH", "curve": "secp256k1"})["id"]
    service("keys.derive_key", shared, {"domain": "0x01", "seed": "0x02"})
    person("keys.delete_key", shared)
    service("signers.list_signers")
    service("signers.list_key_stores")


def people(name, service, person):
    user = person("auth.create_user", {"email": f"user@{name}.test", "kind": "CustomerEmployee"})["userId"]
    person("auth.list_users")
    person("auth.get_user", user)
    person("auth.deactivate_user", user, {})
    person("auth.activate_user", user)
    person("auth.update_user", user, {"isSSORequired": False})
    permission = person("permissions.create_permission", {"name": name, "operations": ["Wallets:Read"]})["id"]
    person("permissions.get_permission", permission)
    person("permissions.list_permissions")
    person("permissions.update_permission", permission, {"name": f"{name}-2"})
    assigned = person("permissions.assign_permission", permission, {"identityId": user})
    person("permissions.list_assignments", permission)
    person("permissions.revoke_permission", permission, assigned["id"])
    person("auth.delete_user", user)
    made = person("auth.create_service_account", {"name": name, "publicKey": public_key(), "daysValid": 30})
    account = made["userInfo"]["userId"]
    person("auth.list_service_accounts")
    person("auth.get_service_account", account)
    person("auth.update_service_account", account, {"name": f"{name}-2"})
    person("auth.deactivate_service_account", account, {})
    person("auth.activate_service_account", account)
    person("auth.delete_service_account", account)
    made = person("auth.create_personal_access_token", {"name": name, "publicKey": public_key(), "daysValid": 30})
    token = made["tokenId"]
    person("auth.list_personal_access_tokens")
    for verb in ("get", "deactivate", "activate", "delete"):
        person(f"auth.{verb}_personal_access_token", token)
    person("auth.list_credentials")
    now = admin("GET", "/clock")["now"]
    # This client reads the answer as JSON, and gives nothing of it to its caller.
    person("auth.list_audit_logs", {"startTime": now, "endTime": now})


def services(name, service, person):
    hook = {"url": "http://127.0.0.1:9/nobody", "events": ["wallet.created"]}
    webhook = person("webhooks.create_webhook", hook)["id"]
    person("webhooks.get_webhook", webhook)
    person("webhooks.list_webhooks")
    person("webhooks.update_webhook", webhook, {"description": name})
    person("webhooks.list_webhook_events", webhook)
    person("webhooks.delete_webhook", webhook)
    service("networks.estimate_fees", {"network": "EthereumSepolia"})
    service("networks.list_canton_validators", "canton-testnet")
    wallet = service("wallets.create_wallet", {"network": "PolygonAmoy"})
    sponsor = service("fee_sponsors.create_fee_sponsor", {"walletId": wallet["id"]})["id"]
    service("fee_sponsors.list_fee_sponsors")
    for verb in ("get", "deactivate", "activate", "delete"):
        service(f"fee_sponsors.{verb}_fee_sponsor", sponsor)
    wallet = service("wallets.create_wallet", {"network": "EthereumHoodi"})
    admin("POST", "/faucet", {"walletId": wallet["id"], "amount": str(40 * ETHER)})
    body = {"protocol": "Ethereum", "provider": "Figment", "walletId": wallet["id"]}
    body = {**body, "amount": str(32 * ETHER), "externalId": name}
    stake = service("staking.create_stake", body)
    assert service("staking.create_stake", body) == stake
    service("staking.list_stakes")
    for part in ("get_stakes", "get_stake_rewards", "list_stake_actions"):
        service(f"staking.{part}", stake["id"])
    keys = {"publicApiKey": name, "privateApiKey": "a2V5"}
    body = {"kind": "Kraken", "name": name, "readConfiguration": keys, "writeConfiguration": keys}
    exchange = person("exchanges.create_exchange", body)["id"]
    person("exchanges.list_exchanges")
    person("exchanges.get_exchange", exchange)
    account = person("exchanges.list_accounts", exchange)["items"][0]["id"]
    person("exchanges.list_account_assets", exchange, account)
    person("exchanges.delete_exchange", exchange)


least = int(sys.argv[1])
employee = admin("GET", "/employee")
session = admin("POST", "/sessions", {"orgId": READY["orgId"], "userId": employee["userId"]})
for delegated in (False, True):
    called = set()
    name = f"py{version('dfns-sdk').replace('.', '-')}{'-delegated' if delegated else ''}"
    service = Caller(delegated, called, READY["authToken"], READY["credentialId"], READY["privateKey"])
    person = Caller(delegated, called, session["token"], employee["credentialId"], employee["privateKey"])
    for step in (wallets, keys, people, services):
        step(name, service, person)
    assert len(called) >= least, f"{name} called {len(called)} operations only"
    print(f"  {name}: {len(called)} operations")
