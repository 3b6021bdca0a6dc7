//! Rebuild when a policy file or the built page comes or goes: both are embedded in the binary.

fn main() {
    println!("cargo::rerun-if-changed=../../policies");
    println!("cargo::rerun-if-changed=../../web/dist");
    println!("cargo::rerun-if-changed=src/http/contract");
}
