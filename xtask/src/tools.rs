//! What the tests need beyond Rust and Node: said first, then installed, or asked for in words.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{ask, find, run};
use crate::web;
use crate::workspace::Workspace;

/// Programs that the tests call, found or installed.
pub(crate) struct Tools {
    /// The Python of the tests' own environment.
    pub(crate) python: PathBuf,
    /// The browser of the journeys.
    pub(crate) chromium: PathBuf,
}

/// Something the system must have.
struct Need {
    what: &'static str,
    why: &'static str,
    /// Packages of Debian and its kin that bring it.
    packages: &'static [&'static str],
    present: fn() -> bool,
}

const NEEDS: &[Need] = &[
    Need {
        what: "Chromium",
        why: "the journeys through the page",
        packages: &["chromium"],
        present: || chromium().is_some(),
    },
    Need {
        what: "a Chinese font",
        why: "the journeys' pictures",
        packages: &["fonts-noto-cjk", "fontconfig"],
        present: || ask("fc-list", &[":lang=zh"]).is_some_and(|fonts| !fonts.is_empty()),
    },
    Need {
        what: "GDAL's tools (ogrinfo)",
        why: "reading a store as a GIS program does",
        packages: &["gdal-bin"],
        present: || ask("ogrinfo", &["--version"]).is_some(),
    },
    Need {
        what: "PostgreSQL with PostGIS",
        why: "the store that many people share",
        packages: &["postgresql", "postgresql-postgis"],
        present: postgis,
    },
    Need {
        what: "LibreOffice Writer",
        why: "opening papers as an office does",
        packages: &["libreoffice-writer"],
        present: writer,
    },
    Need {
        what: "Poppler's tools (pdftotext)",
        why: "reading what a printed paper says",
        packages: &["poppler-utils"],
        present: || find("pdftotext").is_some(),
    },
    Need {
        what: "Python 3.11 or newer with venv",
        why: "the oracle",
        packages: &["python3", "python3-venv"],
        present: || ask("python3", &["-c", PYTHON_SUFFICES]).is_some(),
    },
];

const PYTHON_SUFFICES: &str = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))";

/// Whether `LibreOffice` is there with its writer: the program alone opens no paper.
fn writer() -> bool {
    let folders = ["/usr/lib/libreoffice/program", "/usr/lib64/libreoffice/program"];
    find("soffice").is_some() && folders.iter().any(|folder| Path::new(folder).join("libswlo.so").exists())
}

/// Whether some version of PostgreSQL is there with its PostGIS. Debian keeps it off the search path.
fn postgis() -> bool {
    let versions = |folder: &str| std::fs::read_dir(folder).into_iter().flatten().flatten();
    versions("/usr/lib/postgresql").any(|version| {
        let extension = Path::new("/usr/share/postgresql").join(version.file_name()).join("extension");
        version.path().join("bin/initdb").exists() && extension.join("postgis.control").exists()
    })
}

/// Looks for everything, says what is missing and what will be installed, installs it, and looks again.
pub(crate) fn prepare(workspace: &Workspace) -> Result<Tools, String> {
    let node = web::check_node(workspace)?;
    println!("Node {node}");
    let missing: Vec<&Need> = NEEDS.iter().filter(|need| !(need.present)()).collect();
    for need in NEEDS {
        let state = if missing.iter().any(|other| other.what == need.what) { "MISSING" } else { "there" };
        println!("{}: {state} (for {})", need.what, need.why);
    }
    let venv = workspace.target.join("xtask").join("venv");
    let wanted = requirements(workspace)?;
    let stamp = venv.join("installed.txt");
    let python = venv.join("bin").join("python3");
    let python_ready = std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted)
        && ask(&python, &["--version"]).is_some();
    if !python_ready {
        println!("Python packages: MISSING; will be installed into {}:", workspace.relative(&venv));
        wanted.lines().filter(|line| !line.starts_with('#')).for_each(|line| println!("  {line}"));
    }
    install_packages(&missing)?;
    if !python_ready {
        install_python(workspace, &venv)?;
        std::fs::write(&stamp, wanted).map_err(|error| format!("{}: {error}", stamp.display()))?;
    }
    let chromium = chromium().ok_or("Chromium is gone")?;
    Ok(Tools { python, chromium })
}

/// The browser: the one that the environment names, or one on the search path that really runs.
fn chromium() -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    named
        .into_iter()
        .chain(names.into_iter().filter_map(find))
        .find(|path| ask(path, &["--version"]).is_some())
}

/// Installs what is missing with the system's package manager, and looks whether it is there then.
fn install_packages(missing: &[&Need]) -> Result<(), String> {
    let packages: Vec<&str> = missing.iter().flat_map(|need| need.packages).copied().collect();
    if packages.is_empty() {
        return Ok(());
    }
    let advice = || {
        let lines = missing
            .iter()
            .map(|need| format!("\n  {} (for {}); Debian: {}", need.what, need.why, need.packages.join(" ")));
        format!("please install:{}", lines.collect::<String>())
    };
    if find("apt-get").is_none() {
        return Err(format!("this system has no apt-get, {}", advice()));
    }
    let mut prefix: Vec<&str> = Vec::new();
    if ask("id", &["-u"]).as_deref() != Some("0") {
        if find("sudo").is_none() {
            return Err(format!("installing needs root or sudo, {}", advice()));
        }
        prefix.push("sudo");
        if !std::io::stdin().is_terminal() {
            // Nobody is there to type a password.
            prefix.push("-n");
        }
    }
    println!("system packages will be installed by apt-get: {}", packages.join(" "));
    let mut install = vec!["install", "--yes", "--no-install-recommends"];
    install.extend(&packages);
    for arguments in [vec!["update"], install] {
        let mut words = prefix.clone();
        words.extend(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        words.extend(arguments);
        let (program, rest) = words.split_first().ok_or("nothing to run")?;
        run(Command::new(program).args(rest)).map_err(|fault| format!("{fault}; {}", advice()))?;
    }
    let absent: Vec<&str> = missing.iter().filter(|need| !(need.present)()).map(|need| need.what).collect();
    if absent.is_empty() {
        return Ok(());
    }
    Err(format!("still missing after installation: {}; {}", absent.join(", "), advice()))
}

/// The lines of what the Python side needs, those that it refers to included.
fn requirements(workspace: &Workspace) -> Result<String, String> {
    let read = |path: &Path| {
        std::fs::read_to_string(path)
            .map_err(|error| format!("{} cannot be read: {error}", workspace.relative(path)))
    };
    let own = read(&requirements_file(workspace))?;
    let oracle = read(&workspace.root.join("oracle").join("requirements.txt"))?;
    let lines = own.lines().chain(oracle.lines()).filter(|line| !line.starts_with("-r"));
    Ok(lines.flat_map(|line| [line, "\n"]).collect())
}

fn requirements_file(workspace: &Workspace) -> PathBuf {
    workspace.root.join("xtask").join("requirements.txt")
}

fn install_python(workspace: &Workspace, venv: &Path) -> Result<(), String> {
    run(workspace.command("python3").args(["-m", "venv", "--clear"]).arg(venv))?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
    run(workspace.command(venv.join("bin").join("python3")).args(pip).arg(requirements_file(workspace)))
}

/// The formatter and the linter, which come with the toolchain but not with its smallest profile.
pub(crate) fn check_rust_components(workspace: &Workspace) -> Result<(), String> {
    for component in ["rustfmt", "clippy"] {
        let program = if component == "rustfmt" { "fmt" } else { component };
        let there =
            workspace.cargo(&[program, "--version"]).output().is_ok_and(|output| output.status.success());
        if there {
            continue;
        }
        println!("{component}: MISSING; will be installed: rustup component add {component}");
        if find("rustup").is_none() {
            return Err(format!("{component} is missing: please install it beside cargo"));
        }
        run(workspace.command("rustup").args(["component", "add", component]))?;
    }
    Ok(())
}
