#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Stand-ins for container engines and CI runners: they do what the recipes in
docs/ci ask for, in namespaces, and refuse what they do not know.

By the name that this file is called by:

  docker, podman        build, run
  kubectl               create -f, set env --local -f
  systemctl             daemon-reload, restart
  curl                  brings $CI_TARBALL, whatever the address

and, called as itself:

  standin.py github|gitlab|jenkins RECIPE DIRECTORY    runs RECIPE; its files and
                                                       artifacts are in DIRECTORY
  standin.py commands FILE                             what stands in its comments after `$ `

What is run says what it says, and after each container, step and line there is
one of ours: "@on" if the object answered there, "@off" if not.

CI_IMAGES is where images are, `bare` the one that stands for all stock images with glibc,
`musl` for Alpine's.
CI_USER (UID) and CI_READ_ONLY=1 are for all containers that say nothing of it;
CI_ONE_USER=1: there is no user but root, as in a user namespace.
TARBALL_SHA256 takes the place of the checksum in a recipe.
"""

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

IMAGES = os.environ["CI_IMAGES"]
JENKINS_BLOCKS = "pipeline agent docker environment stages stage steps post always".split()
STOCK = {"bare": re.compile(r"(debian|ubuntu|python)[:-]|ubuntu$"), "musl": re.compile("alpine:")}
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

# Full-width digits: without the object they are no host that anybody knows. The log is for
# the lookups of the recipe.
PROBE = ('LC_ALL=C GAISHIM_LOG= getent ahosts \N{FULLWIDTH DIGIT ONE}\N{FULLWIDTH DIGIT TWO}\N{FULLWIDTH DIGIT SEVEN}.0.0.1'
         ' >/dev/null 2>&1 && echo @on || echo @off\n')

# A container: an overlay on the image that is gone with its namespaces, or the
# image itself while it is built. No network, no devices but the harmless.
INSIDE = r"""
set -eu
mount -t tmpfs -o mode=755 tmpfs "$ROOT"
mkdir "$ROOT/upper" "$ROOT/work" "$ROOT/root"
chmod 755 "$ROOT/upper"
if [ -n "$BUILD" ]; then
	mount --bind "$IMAGE" "$ROOT/root"
else
	mount -t overlay -o "lowerdir=$IMAGE,upperdir=$ROOT/upper,workdir=$ROOT/work" overlay "$ROOT/root"
fi
root=$ROOT/root
mkdir -p "$root$CWD"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom; do
	: >"$root/dev/$device"
	mount --bind "/dev/$device" "$root/dev/$device"
done
ln -s /proc/self/fd "$root/dev/fd"
printf %s "$VOLUMES" | while read -r mode source target; do
	mkdir -p "$root$target"
	mount --bind "$source" "$root$target"
	[ "$mode" = rw ] || mount -o remount,bind,ro "$root$target"
done
[ -z "$READ_ONLY" ] || mount -o remount,ro "$root"
cd "$root"
[ "$CONTAINER_USER" = 0 ] || set -- --userspec="$CONTAINER_USER:$CONTAINER_USER" --groups= "$@"
exec $PRIVILEGES chroot "$@"
"""


def refuse(what):
    sys.exit("standin: %s is not known here" % what)


def tagged(name):
    # Neither may be in a path to mount.
    return os.path.join(IMAGES, re.sub("[/:]", "%", name))


def image_path(name):
    built = tagged(name)
    if os.path.isdir(built):
        return built
    for stock, names in STOCK.items():
        if names.match(name):
            return os.path.join(IMAGES, stock)
    refuse("image " + name)


def settings(path):
    try:
        with open(path + ".json") as file:
            return json.load(file)
    except FileNotFoundError:
        return {"env": {"PATH": PATH}, "user": None, "cwd": "/", "cmd": []}


def container(path, command, env, user=None, cwd="/", volumes=(), read_only=None, build=False, probe=True,
              new_privileges=True):
    """Run COMMAND in the image at PATH; returns its exit status."""
    if user is None:
        user = os.environ.get("CI_USER") or "0"
    if os.environ.get("CI_ONE_USER"):
        user = "0"
    if read_only is None:
        read_only = os.environ.get("CI_READ_ONLY") == "1"
    if probe:
        command = ["/bin/sh", "-c", '"$@"; status=$?; ' + PROBE + "exit $status", "sh"] + command
    env = ["%s=%s" % item for item in env.items()]
    root = tempfile.mkdtemp()
    inside = dict(os.environ, ROOT=root, IMAGE=path, CWD=cwd, CONTAINER_USER=user.split(":")[0],
                  PRIVILEGES="" if new_privileges else "setpriv --no-new-privs", BUILD="1" if build else "", READ_ONLY="1" if read_only and not build else "",
                  VOLUMES="".join("%s %s %s\n" % volume for volume in volumes))
    sys.stdout.flush()
    try:
        return subprocess.call(
            ["unshare", "-mpniu", "--fork", "--kill-child", "sh", "-c", INSIDE, "sh",
             ".", "/bin/sh", "-c", 'cd "$0" && exec /usr/bin/env -i "$@"', cwd] + env + command,
            env=inside, stdin=subprocess.DEVNULL, timeout=120)
    finally:
        os.rmdir(root)


def own(path):
    """Make PATH the containers' user's."""
    user = int(os.environ.get("CI_USER") or 0)
    subprocess.check_call(["chown", "-R", "%d:%d" % (user, user), path] if user else ["true"])


def collect(pattern, workspace, directory, wanted):
    """An artifact. One that is not there ends the job if it is WANTED."""
    source = os.path.join(workspace, pattern)
    if os.path.exists(source):
        return shutil.copy(source, directory)
    if wanted:
        sys.exit("standin: artifact %s is not there" % pattern)
    return None


def load(path):
    import yaml
    with open(path) as file:
        return yaml.safe_load(file)


def only(what, mapping, known):
    for key in mapping:
        if key not in known.split():
            refuse("%s of %s" % (key, what))
    return mapping


# docker and podman

def docker(args):
    parser = argparse.ArgumentParser(allow_abbrev=False)
    verbs = parser.add_subparsers(dest="verb", required=True)
    run = verbs.add_parser("run", allow_abbrev=False)
    run.add_argument("--rm", action="store_true", required=True)
    run.add_argument("--network", choices=["none"])
    run.add_argument("--read-only", action="store_true", default=None)
    run.add_argument("--user")
    run.add_argument("--userns", choices=["keep-id"])
    run.add_argument("--cap-drop", choices=["ALL"])
    run.add_argument("--security-opt", choices=["no-new-privileges"])
    run.add_argument("-v", action="append", default=[])
    run.add_argument("-e", action="append", default=[])
    run.add_argument("--env-file")
    run.add_argument("image")
    run.add_argument("command", nargs=argparse.REMAINDER)
    build = verbs.add_parser("build", allow_abbrev=False)
    build.add_argument("-t", required=True)
    build.add_argument("--target")
    build.add_argument("-f", default="Dockerfile")
    build.add_argument("context")
    options = parser.parse_args(args)
    if options.verb == "build":
        return docker_build(options)
    path = image_path(options.image)
    config = settings(path)
    env = dict(config["env"])
    lines = options.e
    if options.env_file:
        with open(options.env_file) as file:
            lines = file.read().splitlines() + lines
    for line in lines:
        name, equals, value = line.partition("=")
        if not equals or not re.match(r"[A-Za-z_]\w*$", name):
            refuse("a variable " + line)
        env[name] = value
    volumes = []
    for volume in options.v:
        source, target, flags = (volume + ":").split(":")[:3]
        if not source.startswith("/") or not set(flags.split(",")) <= {"", "ro", "rw", "z"}:
            refuse("a volume " + volume)
        mode = "ro" if "ro" in flags.split(",") else "rw"
        if mode == "rw" and options.userns:
            own(source) # who starts it is who is inside
        volumes.append((mode, source, target))
    user = options.user or config["user"]
    if options.userns and os.environ.get("CI_USER"):
        user = os.environ["CI_USER"]
    return container(path, options.command or config["cmd"], env, user, config["cwd"], volumes, options.read_only,
                     new_privileges=not options.security_opt)


def docker_build(options):
    with open(os.path.join(options.context, options.f)) as file:
        text = "".join(line for line in file if not line.startswith("#"))
    stages, here, config, name, target_arch = {}, None, None, None, ""
    for line in re.sub(r"\\\n", " ", text).splitlines():
        if not line.strip():
            continue
        verb, words = line.split(None, 1)
        if verb == "FROM":
            if name and name == options.target:
                break
            base, _, name = words.partition(" AS ")
            base = image_path(base)
            here = tempfile.mkdtemp(dir=IMAGES)
            subprocess.check_call(["cp", "-a", base + "/.", here])
            config = settings(base)
            stages[name] = here
        elif verb == "ARG":
            if words != "TARGETARCH":
                refuse("argument " + words)
            target_arch = ARCHITECTURES[os.uname().machine]
        elif verb == "COPY":
            origin = options.context
            words = words.replace("${TARGETARCH}", target_arch)
            words = words.split()
            if words[0].startswith("--from="):
                origin = stages[words.pop(0)[len("--from="):]]
            source, target = words
            source = os.path.join(origin, source.lstrip("/"))
            target = here + target
            os.makedirs(os.path.dirname(target), exist_ok=True)
            # Of a directory, what is in it.
            subprocess.check_call(["cp", "-RT", "--no-preserve=ownership", source, target])
        elif verb == "ENV":
            config["env"].update(word.split("=", 1) for word in shlex.split(words))
        elif verb == "RUN":
            status = container(here, ["/bin/sh", "-c", words], config["env"], config["user"] or "0", config["cwd"],
                               build=True, probe=False)
            if status:
                return status
        elif verb == "USER":
            config["user"] = words
        elif verb == "CMD":
            config["cmd"] = json.loads(words)
        else:
            refuse("instruction " + verb)
    if options.target not in (None, name):
        refuse("target " + options.target)
    path = tagged(options.t)
    shutil.rmtree(path, ignore_errors=True)
    os.rename(here, path)
    with open(path + ".json", "w") as file:
        json.dump(config, file)
    for stage in stages.values():
        shutil.rmtree(stage, ignore_errors=True)
    return 0


# Kubernetes

def kubectl(args):
    if args[:2] == ["create", "-f"] and len(args) == 3:
        return kubernetes_job(load("/dev/stdin" if args[2] == "-" else args[2]))
    if args[:4] == ["set", "env", "--local", "-f"] and args[5:7] == ["-o", "yaml"]:
        import yaml
        job = load(args[4])
        pod = job["spec"]["template"]["spec"]
        for assignment in args[7:]:
            name, value = assignment.split("=", 1)
            for each in pod["initContainers"] + pod["containers"]:
                each.setdefault("env", []).append({"name": name, "value": value})
        yaml.safe_dump(job, sys.stdout)
        return 0
    refuse("kubectl " + " ".join(args))


def kubernetes_job(job):
    only("Job", job, "apiVersion kind metadata spec")
    spec = only("spec", job["spec"], "backoffLimit template")["template"]["spec"]
    only("Pod", spec, "restartPolicy securityContext volumes initContainers containers")
    security = only("securityContext", spec["securityContext"], "runAsNonRoot runAsUser runAsGroup seccompProfile")
    user = str(security["runAsUser"])
    volumes = {}
    for volume in spec["volumes"]:
        only("volume", volume, "name emptyDir")
        volumes[volume["name"]] = tempfile.mkdtemp(dir=os.environ["CI_PODS"], prefix=volume["name"] + "-")
        os.chmod(volumes[volume["name"]], 0o777)
    for each in spec["initContainers"] + spec["containers"]:
        only("container", each, "name image command env volumeMounts securityContext")
        only("securityContext", each["securityContext"], "allowPrivilegeEscalation capabilities readOnlyRootFilesystem")
        path = image_path(each["image"])
        env = dict(settings(path)["env"])
        env.update((only("env", item, "name value")["name"], item["value"]) for item in each.get("env", []))
        mounts = [("ro" if only("volumeMount", mount, "name mountPath readOnly").get("readOnly") else "rw",
                   volumes[mount["name"]], mount["mountPath"]) for mount in each["volumeMounts"]]
        status = container(path, each["command"], env, user, "/", mounts,
                           each["securityContext"]["readOnlyRootFilesystem"], probe=each in spec["containers"],
                           new_privileges=each["securityContext"]["allowPrivilegeEscalation"])
        if status:
            return status
    return 0


# systemd

def systemctl(args):
    if args == ["daemon-reload"]:
        return 0
    if args[:1] != ["restart"] or len(args) != 2:
        refuse("systemctl " + " ".join(args))
    unit = "/etc/systemd/system/%s.service" % args[1]
    dropins = unit + ".d"
    files = [unit] + sorted(os.path.join(dropins, name) for name in os.listdir(dropins))
    env, service, volumes = {"PATH": PATH}, {}, [("ro", "/opt/gaishim", "/opt/gaishim")]
    for path in files:
        section = None
        with open(path) as file:
            for line in file.read().splitlines():
                if not line or line[0] in "#;":
                    continue
                if line[0] == "[":
                    section = line
                    continue
                key, value = line.split("=", 1)
                if section != "[Service]" or key not in "Environment ExecStart LogsDirectory".split():
                    refuse("%s: %s" % (section, line))
                if "%" in value:
                    refuse("a specifier in " + line)
                if key == "Environment":
                    env.update(word.split("=", 1) for word in shlex.split(value))
                else:
                    service[key] = value
    if "LogsDirectory" in service:
        logs = "/var/log/" + service["LogsDirectory"]
        source = os.environ["CI_PODS"] + logs
        os.makedirs(source, exist_ok=True)
        own(source)
        volumes.append(("rw", source, logs))
    return container(image_path("debian:12"), shlex.split(service["ExecStart"]), env, volumes=volumes)


def curl(args):
    if len(args) != 3 or args[0] != "-fsSLo" or not args[2].startswith("https://"):
        refuse("curl " + " ".join(args))
    shutil.copyfile(os.environ["CI_TARBALL"], args[1])
    return 0


# GitHub, GitLab, Jenkins: a container has /usr/local/bin/curl, a script.

def checksum(env):
    if "TARBALL_SHA256" in env:
        env["TARBALL_SHA256"] = os.environ["TARBALL_SHA256"]
    return {name: str(value) for name, value in env.items()}


def assignments(path):
    """Lines NAME=VALUE, as a runner reads them."""
    env = {}
    if os.path.exists(path):
        with open(path) as file:
            for line in file.read().splitlines():
                name, equals, value = line.partition("=")
                if not equals or not re.match(r"[A-Za-z_]\w*$", name):
                    refuse("a line %r" % line)
                env[name] = value
    return env


def runs(condition, status, env):
    """Whether a step with `if: CONDITION` runs, where STATUS is that of the steps before."""
    always, _, variable = (condition or "").partition(" && env.")
    if always not in ("", "always()") or variable and not re.match(r"[A-Z_]+$", variable):
        refuse("if: " + condition)
    return (always or not status) and (not variable or bool(env.get(variable)))


def github(recipe, directory):
    workflow = load(recipe)
    # YAML 1.1 reads the key `on` as true; GitHub does not.
    workflow["on"] = workflow.pop(True)
    only("workflow", workflow, "on env jobs")
    status = 0
    home = "/home/runner/work"
    for job in workflow["jobs"].values():
        only("job", job, "runs-on steps")
        for name in "app/app", "_temp", "_files":
            os.makedirs(os.path.join(directory, name))
        env = dict(checksum(workflow["env"]), GITHUB_ACTIONS="true", GITHUB_WORKSPACE=home + "/app/app",
                   RUNNER_TEMP=home + "/_temp", HOME="/home/runner", PATH=PATH)
        for number, step in enumerate(job["steps"]):
            only("step", step, "name run uses if with")
            if not runs(step.get("if"), status, env):
                continue
            if "uses" in step:
                action = step["uses"].split("@")[0]
                if action == "actions/upload-artifact":
                    given = only(action, step["with"], "name path if-no-files-found")
                    path = re.sub(r"\$\{\{ env\.([A-Z_]+) \}\}", lambda name: env.get(name[1], ""), given["path"])
                    if not path:
                        sys.exit("standin: %s has no path" % action)
                    collect(re.sub("^" + home, directory, path), os.path.join(directory, "app/app"), directory,
                            given.get("if-no-files-found") == "error")
                elif action != "actions/checkout":
                    refuse("action " + action)
                continue
            failed = github_step(step["run"], number, image_path(job["runs-on"]), env, directory, home)
            status = status or failed
    return status


def github_step(script, number, image, env, directory, home):
    """Run SCRIPT, and take into ENV what it tells the runner; returns its exit status."""
    # Each step has files of its own for what it tells the runner, and here a root
    # of its own too: what it leaves outside the workspace and RUNNER_TEMP is gone.
    own(directory)
    files = {kind: "_files/%s_%d" % (kind, number) for kind in ("env", "path", "step_summary", "run")}
    for kind in files.values():
        open(os.path.join(directory, kind), "w").close()
    with open(os.path.join(directory, files["run"]), "w") as file:
        file.write(script)
    own(directory)
    variables = {"GITHUB_" + kind.upper(): "%s/%s" % (home, file) for kind, file in files.items() if kind != "run"}
    status = container(image, ["bash", "-e", "%s/%s" % (home, files["run"])], dict(env, **variables),
                       cwd=home + "/app/app", volumes=[("rw", directory, home)])
    env.update(assignments(os.path.join(directory, files["env"])))
    with open(os.path.join(directory, files["path"])) as file:
        for line in file.read().splitlines():
            env["PATH"] = line + ":" + env["PATH"]
    # The job's page shows the summaries of its steps, one below the other.
    with open(os.path.join(directory, files["step_summary"])) as file, \
            open(os.path.join(directory, "summary.md"), "a") as page:
        page.write(file.read())
    return status


def gitlab(recipe, directory):
    pipeline = load(recipe)
    variables = checksum(pipeline.pop("variables"))
    earlier, passed, dotenv = [], {}, {}
    for stage in pipeline.pop("stages"):
        ended = []
        for name, job in pipeline.items():
            only(name, job, "stage image before_script script after_script artifacts dependencies")
            if job["stage"] != stage:
                continue
            ended.append(name)
            checkout = os.path.join(directory, name.replace(" ", "-"))
            os.makedirs(checkout)
            env = dict(variables)
            # A job without `dependencies` takes what all jobs of earlier stages have left.
            for other in job.get("dependencies", earlier):
                for path in passed[other]:
                    shutil.copy(path, checkout)
                env.update(dotenv[other])
            status = gitlab_job(job, env, checkout)
            kept = only("artifacts", job.get("artifacts", {}), "when paths reports")
            artifacts = os.path.join(directory, "artifacts", name.replace(" ", "-"))
            os.makedirs(artifacts)
            when = {"on_success": not status, "always": True}[kept.get("when", "on_success")]
            # GitLab warns of one that is not there, and goes on.
            passed[name] = [collect(path, checkout, artifacts, False) for path in kept.get("paths", []) if when]
            passed[name] = [path for path in passed[name] if path]
            if status:
                return status
            report = kept.get("reports", {}).get("dotenv")
            dotenv[name] = {}
            if report and collect(report, checkout, artifacts, False):
                dotenv[name] = assignments(os.path.join(artifacts, report))
        earlier += ended
    return 0


def gitlab_job(job, env, checkout):
    """Run the job's scripts in CHECKOUT; returns the exit status of the first of them."""
    project = "/builds/group/app"
    path = image_path(job["image"])
    env = dict(settings(path)["env"], CI="true", GITLAB_CI="true", CI_PROJECT_DIR=project, **env)
    if env.get("LD_PRELOAD", "").startswith("/builds/"):
        sys.exit("standin: the runner's own container, which is Alpine's, has /builds too")
    own(checkout)
    statuses = []
    # after_script has a shell of its own, whatever became of the other, and its status is
    # nobody's. The lines of each run in one shell, and the first that fails ends it.
    for lines in job.get("before_script", []) + job["script"], job.get("after_script", []):
        script = "set -e\nprobe() {\n%s}\n" % PROBE + "".join(line + "\nprobe\n" for line in lines)
        statuses.append(container(path, ["sh", "-c", script], env, cwd=project, volumes=[("rw", checkout, project)],
                                  probe=False))
    return statuses[0]


def jenkins(recipe, directory):
    """A declarative pipeline, of which this much is known: blocks, assignments of
    strings, and the steps sh and archiveArtifacts."""
    with open(recipe) as file:
        text = re.sub(r"^\s*//.*\n", "", file.read(), flags=re.M)
    token = re.compile(r"""\s*(?:(?P<open>[a-z]\w*(?:\('[^']*'\))?)\s*\{ | (?P<close>\})
        | (?P<name>[A-Z_0-9]+)\s*=\s*(?P<value>'[^']*'|"[^"]*")
        | (?P<step>image|sh|archiveArtifacts\ artifacts:)\s+(?P<text>'''.*?'''|'[^'\n]*')
        (?P<empty>,\ allowEmptyArchive:\ true)?)""", re.X | re.S)
    home = "/var/jenkins/workspace/app"
    workspace = os.path.join(directory, "workspace")
    os.makedirs(workspace, exist_ok=True) # an earlier build may have left it
    own(workspace)
    image = None
    scopes, blocks, position, status = [{"WORKSPACE": home, "PATH": PATH}], [], 0, 0
    while text[position:].strip():
        match = token.match(text, position)
        if not match:
            refuse("in the Jenkinsfile: " + text[position:].strip().splitlines()[0])
        position = match.end()
        if match["open"]:
            blocks.append(match["open"])
            if match["open"].split("(")[0] not in JENKINS_BLOCKS:
                refuse("block " + match["open"])
            if match["open"] == "pipeline" or match["open"].startswith("stage("):
                scopes.append(dict(scopes[-1]))
        elif match["close"]:
            block = blocks.pop()
            if block.startswith("stage("):
                scopes.pop()
        elif match["name"]:
            value = match["value"][1:-1]
            if match["value"][0] == '"':
                value = re.sub(r"\$\{(\w+)\}", lambda name: scopes[-1][name[1]], value)
            scopes[-1][match["name"]] = value
        elif match["step"] == "image":
            image = image_path(match["text"].strip("'"))
        elif match["step"] == "sh":
            if status and "post" not in blocks:
                continue
            failed = container(image, ["sh", "-xec", match["text"].strip("'")], checksum(scopes[-1]), cwd=home,
                               volumes=[("rw", workspace, home)])
            status = status or failed
            # A step of post that fails keeps those after it from being made.
            if failed and "post" in blocks:
                return status
        else:
            found = [collect(path.strip(), workspace, directory, False) for path in match["text"].strip("'").split(",")]
            if not any(found) and not match["empty"]:
                sys.exit("standin: there is no artifact")
    return status


def commands(path):
    with open(path) as file:
        for line in file:
            if line.startswith("# $ "):
                print(line[len("# $ "):], end="")
    return 0


if __name__ == "__main__":
    name = os.path.basename(sys.argv[0])
    if name == "standin.py":
        name = sys.argv.pop(1)
        act = {"github": github, "gitlab": gitlab, "jenkins": jenkins, "commands": commands}[name]
        sys.exit(act(*sys.argv[1:]))
    act = {"docker": docker, "podman": docker, "kubectl": kubectl, "systemctl": systemctl, "curl": curl}[name]
    sys.exit(act(sys.argv[1:]))
