//! Roles, from `roles.yaml`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use landcycle_ledger::accounts::Account;
use landcycle_policy::node::Node;
use landcycle_policy::text::Text;

use crate::say::{Failure, filled};

/// 角色 · what accounts of a kind may do.
#[derive(Clone, Debug)]
pub(crate) struct Role {
    /// What people call it.
    pub(crate) title: Text,
    /// What an account of it must have: `department`, `district`, `holder`.
    pub(crate) needs: BTreeSet<String>,
    /// The stages whose acts it does.
    pub(crate) stages: BTreeSet<String>,
    /// Its permissions.
    pub(crate) may: BTreeSet<String>,
}

static ROLES: LazyLock<BTreeMap<String, Role>> = LazyLock::new(|| {
    let Ok(root) = Node::parse(include_str!("roles.yaml")) else { return BTreeMap::new() };
    let set = |node: &Node, key: &str| {
        let items = node.get(key).map(Node::items).unwrap_or_default();
        items.into_iter().filter_map(|item| Some(item.text()?.to_owned())).collect()
    };
    let role = |(name, node): (&Node, &Node)| {
        let form = |language: &str| {
            let text = node.get("title").and_then(|title| title.get(language)?.text());
            text.unwrap_or_default().to_owned()
        };
        let title = Text { zh: form("zh"), en: form("en") };
        let role =
            Role { title, needs: set(node, "needs"), stages: set(node, "stages"), may: set(node, "may") };
        (name.text().unwrap_or_default().to_owned(), role)
    };
    root.entries().map(role).collect()
});

/// All roles by id.
pub(crate) fn roles() -> &'static BTreeMap<String, Role> {
    &ROLES
}

/// The role of that id.
pub(crate) fn role(id: &str) -> Option<&'static Role> {
    ROLES.get(id)
}

/// Whether an account has what its role needs, and nothing that would widen or contradict it.
pub(crate) fn check(account: &Account) -> Result<(), Failure> {
    let Some(role) = role(&account.role) else {
        let known: Vec<&str> = ROLES.keys().map(String::as_str).collect();
        let values = [("role", account.role.as_str()), ("known", &known.join(", "))];
        return Err(Failure::text(filled("account_no_role", &values)));
    };
    let has = |what: &str| match what {
        "department" => account.department.is_some(),
        "district" => !account.districts.is_empty(),
        _ => account.holder.is_some(),
    };
    if let Some(lacking) = role.needs.iter().find(|what| !has(what)) {
        let values = [("role", account.role.as_str()), ("what", lacking)];
        return Err(Failure::text(filled("account_needs", &values)));
    }
    // A holder makes an account blind to others' parcels, which an officer must not be by mistake.
    if account.holder.is_some() && !role.needs.contains("holder") {
        return Err(Failure::text(filled("account_no_holder", &[("role", &account.role)])));
    }
    Ok(())
}
