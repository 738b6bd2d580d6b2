"""Set-ups in which LD_LIBRARY_PATH names an old folder first, set in each of the places and forms in which people set it;
and the commands that read those places again.
"""
import shutil
import subprocess

from fix_setups import BAR, Setup, library, old_and_new, program, setup
from fix_setups_python import EXTENSION, PYTHON

BASH = ["bash", "-c", ". ~/.bashrc; bin/prog"]
# What other folders the list has stays as it is, and no empty element (the working folder) comes in.
KEEPS = ["bash", "-c", 'LD_LIBRARY_PATH=/else; . ~/.bashrc; [ "$LD_LIBRARY_PATH" = /else ] && bin/prog']


def gone_from(name, *more):
    """No shell of that kind may be here: the text is looked at."""
    return ["sh", "-c", f"! grep -q /old {name} && {''.join(m + ' && ' for m in more)}bin/prog"]


def setting(top, file, text, after, value="TOP/old", env=None, old="old"):
    """`text` in `file`, both with TOP for the folder; `old`: where the old copy lies."""
    old_and_new(top)
    if old != "old":
        (top / old).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(top / "old", top / old)
    (top / file).parent.mkdir(parents=True, exist_ok=True)
    (top / file).write_text(text.replace("TOP", str(top)))
    home = str(top / "home")
    return Setup(["bin/prog"], ["bin/prog"], "drop-setting",
                 env={"LD_LIBRARY_PATH": value.replace("TOP", str(top)), "HOME": home, **(env or {})},
                 after=["env", "-u", "LD_LIBRARY_PATH", f"HOME={home}", *after])


@setup
def old_folder_in_the_form_that_cuda_documents(top):
    return setting(top, "home/.bashrc", "export LD_LIBRARY_PATH=TOP/old${LD_LIBRARY_PATH:+:${LD_LIBRARY_PATH}}\n", KEEPS)


@setup
def old_folder_behind_the_others(top):
    return setting(top, "home/.bashrc", 'export LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}TOP/old"\n', KEEPS)


@setup
def old_folder_through_a_variable(top):
    return setting(top, "home/.bashrc", 'export CUDA_HOME=TOP/cuda-11\nexport PATH="$CUDA_HOME/bin:$PATH"\n'
                   'export LD_LIBRARY_PATH="${CUDA_HOME}/old:$LD_LIBRARY_PATH"\n', BASH, "TOP/cuda-11/old:", old="cuda-11/old")


@setup
def old_cuda_before_the_new_one(top):
    result = setting(top, "home/.bashrc", "export LD_LIBRARY_PATH=TOP/cuda-11/old:TOP/cuda-12/new:$LD_LIBRARY_PATH\n", BASH,
                     "TOP/cuda-11/old:TOP/cuda-12/new", old="cuda-11/old")
    (top / "cuda-12").mkdir()
    shutil.copytree(top / "new", top / "cuda-12/new")
    return result


@setup
def old_folder_behind_a_link(top):
    result = setting(top, "home/.bashrc", "export LD_LIBRARY_PATH=TOP/cuda/old\n", BASH, "TOP/cuda/old", old="cuda-11/old")
    (top / "cuda").symlink_to("cuda-11")
    return result


@setup
def old_folder_on_a_line_that_goes_on(top):
    return setting(top, "home/.bashrc", "export LD_LIBRARY_PATH=\\\nTOP/old:\\\n$LD_LIBRARY_PATH\n", BASH)


@setup
def old_folder_in_a_file_that_another_reads(top):
    result = setting(top, "home/cuda_env.sh", "export LD_LIBRARY_PATH=TOP/old:$LD_LIBRARY_PATH\n", BASH)
    (top / "home/.bashrc").write_text("[ -f ~/cuda_env.sh ] && . ~/cuda_env.sh\n")
    return result


@setup
def old_folder_in_a_start_up_file_that_is_a_link(top):
    result = setting(top, "home/dotfiles/bashrc", "export LD_LIBRARY_PATH=TOP/old\n", BASH)
    (top / "home/.bashrc").symlink_to("dotfiles/bashrc")
    return result


@setup
def old_folder_of_zsh_in_its_own_place(top):
    return setting(top, "home/.config/zsh/.zshrc", "export LD_LIBRARY_PATH=TOP/old:${LD_LIBRARY_PATH}\n",
                   ["bash", "-c", ". ~/.config/zsh/.zshrc; bin/prog"], env={"ZDOTDIR": str(top / "home/.config/zsh")})


@setup
def old_folder_of_fish(top):
    return setting(top, "home/.config/fish/config.fish", "set -gx LD_LIBRARY_PATH TOP/old $LD_LIBRARY_PATH\n",
                   gone_from("~/.config/fish/config.fish", "grep -q 'set -gx LD_LIBRARY_PATH \\$LD' ~/.config/fish/config.fish"))


@setup
def old_folder_that_fish_keeps(top):
    result = setting(top, "home/.config/fish/fish_variables", "", gone_from(
        "~/.config/fish/fish_variables", "grep -qx 'SETUVAR --export --path LD_LIBRARY_PATH:/else' ~/.config/fish/fish_variables"))
    text = "".join(c if c.isalnum() or c in "/_" else f"\\x{ord(c):02x}" for c in f"{top}/old") + "\\x1e/else"
    (top / "home/.config/fish/fish_variables").write_text(
        f"# This file contains fish universal variable definitions.\n# VERSION: 3.0\nSETUVAR --export --path LD_LIBRARY_PATH:{text}\n"
        "SETUVAR fish_color_command:005fd7\n")
    return result


@setup
def old_folder_of_csh(top):
    return setting(top, "home/.cshrc", 'setenv LD_LIBRARY_PATH "TOP/old:${LD_LIBRARY_PATH}"\n', gone_from("~/.cshrc"))


@setup
def old_folder_of_a_unit(top):
    return setting(top, "home/.config/systemd/user/x.service",
                   '[Service]\nEnvironment="A=b" "LD_LIBRARY_PATH=TOP/old:/else"\nExecStart=/x\n',
                   gone_from("~/.config/systemd/user/x.service", "grep -q 'PATH=/else\"$' ~/.config/systemd/user/x.service"))


@setup
def old_folder_of_a_drop_in(top):
    return setting(top, "home/.config/systemd/user/x.service.d/override.conf",
                   "[Service]\nEnvironment=LD_LIBRARY_PATH=TOP/old\n",
                   gone_from("~/.config/systemd/user/x.service.d/override.conf"))


@setup
def old_folder_of_a_unit_s_file(top):
    result = setting(top, "home/x.env", "LD_LIBRARY_PATH=TOP/old\n", gone_from("~/x.env"))
    unit = top / "home/.config/systemd/user/x.service"
    unit.parent.mkdir(parents=True)
    unit.write_text("[Service]\nEnvironmentFile=-%h/x.env\n")
    return result


@setup
def old_folder_of_an_image(top):
    """ENV NAME VALUE may not lose its value."""
    return setting(top, "Dockerfile", "FROM x\nENV LD_LIBRARY_PATH TOP/old\nRUN y\n",
                   gone_from("Dockerfile", "grep -qx 'ENV LD_LIBRARY_PATH=' Dockerfile"))


@setup
def old_folder_of_an_image_among_others(top):
    return setting(top, "Dockerfile", "FROM x\nENV A=b \\\n    LD_LIBRARY_PATH=TOP/old:/else \\\n    C=d\n",
                   gone_from("Dockerfile", "grep -qx '    LD_LIBRARY_PATH=/else .' Dockerfile"))


@setup
def old_folder_of_conda_s_scripts(top):
    result = setting(top, "conda/etc/conda/activate.d/env_vars.sh",
                     "export OLD_LD_LIBRARY_PATH=${LD_LIBRARY_PATH}\nexport LD_LIBRARY_PATH=$CONDA_PREFIX/old:${LD_LIBRARY_PATH}\n",
                     ["bash", "-c", ". conda/etc/conda/activate.d/env_vars.sh; bin/prog"], "TOP/conda/old:",
                     {"CONDA_PREFIX": str(top / "conda")}, old="conda/old")
    (top / "conda/conda-meta").mkdir()
    return result


@setup
def old_folder_of_conda_s_variables(top):
    return setting(top, "conda/conda-meta/state", '{"env_vars": {"LD_LIBRARY_PATH": "TOP/old:/else"}}',
                   gone_from("conda/conda-meta/state", "grep -q '\"/else\"' conda/conda-meta/state"),
                   env={"CONDA_PREFIX": str(top / "conda")})


@setup
def old_folder_without_versions(top):
    """The old copy lacks a symbol that has no version."""
    library(top, "old/libbar.so.1", BAR, soname="libbar.so.1")
    new = library(top, "new/libbar.so.1", BAR + "int more(void) { return 0; }\n", soname="libbar.so.1")
    program(top, "bin/prog", "int more(void); int main(void) { return more(); }\n", new, "-Wl,-rpath,$ORIGIN/../new",
            "-Wl,-z,now")
    (top / "home").mkdir()
    (top / "home/.profile").write_text(f"export LD_LIBRARY_PATH={top}/old\n")
    return Setup(["bin/prog"], ["bin/prog"], "drop-setting",
                 env={"LD_LIBRARY_PATH": f"{top}/old", "HOME": f"{top}/home"},
                 after=["env", "-u", "LD_LIBRARY_PATH", "sh", "-c", ". ~/.profile; bin/prog"])


@setup
def folder_with_an_empty_file(top):
    (top / "old").mkdir()
    (top / "old/libbar.so.1").write_bytes(b"")
    new = library(top, "new/libbar.so.1", BAR, soname="libbar.so.1")
    program(top, "bin/prog", "int bar(void); int main(void) { return bar() - 7; }\n", new, "-Wl,-rpath,$ORIGIN/../new")
    (top / "home").mkdir()
    (top / "home/.bashrc").write_text(f"export LD_LIBRARY_PATH={top}/old\n")
    return Setup(["bin/prog"], ["bin/prog"], "drop-setting",
                 env={"LD_LIBRARY_PATH": f"{top}/old", "HOME": f"{top}/home"},
                 after=["env", "-u", "LD_LIBRARY_PATH", "bash", "-c", ". ~/.bashrc; bin/prog"])


@setup
def old_folder_of_the_activation_and_an_import(top):
    (top / "v1.map").write_text("BAR_1 { global: bar; };\n")
    (top / "v2.map").write_text("BAR_1 { }; BAR_2 { global: bar; } BAR_1;\n")
    subprocess.run([PYTHON, "-m", "venv", "--without-pip", top / "my env"], check=True)
    site = next((top / "my env/lib").glob("python3*/site-packages"))
    library(top, "my env/lib/cuda old/libbar.so.1", BAR, "-Wl,--version-script=v1.map", soname="libbar.so.1")
    new = library(site, "pkg.libs/libbar.so.1", BAR, f"-Wl,--version-script={top}/v2.map", soname="libbar.so.1")
    library(site, "pkg/_native.abi3.so", EXTENSION, new, "-Wl,-rpath,$ORIGIN/../pkg.libs")
    (site / "pkg/__init__.py").write_text("from . import _native\n")
    with open(top / "my env/bin/activate", "a", encoding="utf-8") as f:
        f.write('LD_LIBRARY_PATH="$VIRTUAL_ENV/lib/cuda old${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"\nexport LD_LIBRARY_PATH\n')
    python = str(top / "my env/bin/python")
    return Setup([python, "-B", "-c", "import pkg"], ["--python", python, "import", "pkg"], "drop-setting",
                 env={"LD_LIBRARY_PATH": f"{top}/my env/lib/cuda old", "VIRTUAL_ENV": f"{top}/my env"},
                 after=["env", "-u", "LD_LIBRARY_PATH", "bash", "-c", ". 'my env/bin/activate'; python -B -c 'import pkg'"])


@setup
def two_old_folders_in_one_file(top):
    """The second step goes on from what the first one leaves."""
    result = setting(top, "home/.bashrc", "export LD_LIBRARY_PATH=TOP/old:TOP/older\n", BASH, value="TOP/old:TOP/older")
    shutil.copytree(top / "old", top / "older")
    return result
