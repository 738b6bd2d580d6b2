"""What people and programs put around the text of an error: ten ways, each in variants that a seed chooses.

A wrapper takes the lines of a text and a random.Random and gives the wrapped text. None of them says
anything of its own that is wrong.
"""
import html
import json

WRAPPERS = {}


def wrapper(function):
    WRAPPERS[function.__name__.replace("_", "-")] = function
    return function


def wrapped(name, text, chance):
    return WRAPPERS[name](text.splitlines() or [""], chance)


def clock(chance):
    return f"{chance.randrange(24):02}:{chance.randrange(60):02}:{chance.randrange(60):02}"


def frames(chance):
    """Lines of a Python traceback, which name files that have nothing to do with it."""
    out = []
    for _ in range(chance.randint(1, 4)):
        out += [f'  File "/srv/app/{chance.choice(["run", "serve", "jobs/nightly", "plugins/audio"])}.py", line {chance.randint(1, 900)}, in '
                f'{chance.choice(["<module>", "main", "load", "__init__"])}',
                f"    {chance.choice(['import audio', 'return loader.open(name)', 'self._lib = open_library(path)'])}"]
    return out


@wrapper
def traceback(lines, chance):
    kind = chance.choice(["ImportError", "OSError", "ImportError", "RuntimeError"])
    body = ["Traceback (most recent call last):", *frames(chance), f"{kind}: {lines[0]}", *lines[1:]]
    shape = chance.randrange(4)
    if shape == 0:
        return "\n".join(body)
    if shape == 1:  # what was raised while it was handled says less
        return "\n".join([*body, "", "During handling of the above exception, another exception occurred:", "",
                          "Traceback (most recent call last):", *frames(chance), "SystemExit: 1"])
    if shape == 2:  # as pytest shows it
        return "\n".join(["_____ ERROR collecting tests/test_audio.py _____", *(f"tests/test_audio.py:{i}: in <module>" for i in (3, 9)),
                          f"E   {kind}: {lines[0]}", *(f"E   {x}" for x in lines[1:]),
                          "=========================== short test summary info ============================",
                          "!!!!!!!!!!!!!!!!!!!! Interrupted: 1 error during collection !!!!!!!!!!!!!!!!!!!!"])
    return "\n".join(["-" * 75, f"{kind}                               Traceback (most recent call last)",
                      "Cell In[1], line 1", "----> 1 import audio", "", f"{kind}: {lines[0]}", *lines[1:]])


@wrapper
def jvm(lines, chance):
    head = chance.choice(['Exception in thread "main" java.lang.UnsatisfiedLinkError: ',
                          "java.lang.UnsatisfiedLinkError: ", "Caused by: java.lang.UnsatisfiedLinkError: ",
                          "java.lang.RuntimeException: "])
    before = ["Exception in thread \"main\" java.lang.ExceptionInInitializerError",
              "\tat org.example.tide.Main.main(Main.java:17)"] if head.startswith("Caused") else []
    return "\n".join([*before, head + lines[0], *lines[1:],
                      "\tat java.base/jdk.internal.loader.NativeLibraries.load(Native Method)",
                      "\tat java.base/java.lang.Runtime.load0(Runtime.java:755)", "\tat org.example.tide.Native.<clinit>(Native.java:12)"])


@wrapper
def container(lines, chance):
    shape = chance.randrange(3)
    if shape == 0:
        step = chance.randint(4, 20)
        out = [f"#{step} [stage-1 {step}/21] RUN make -C /src install", f"#{step} 0.{chance.randint(100, 999)} make: Entering directory '/src'"]
        out += [f"#{step} {chance.randint(1, 60)}.{chance.randint(0, 99):02} {x}" for x in lines]
        return "\n".join([*out, f"#{step} ERROR: process \"/bin/sh -c make -C /src install\" did not complete successfully: exit code: 2"])
    if shape == 1:
        name = chance.choice(["worker-1  | ", "tide_app_1     | ", "api         | "])
        return "\n".join([name + "starting", *(name + x for x in lines), "tide_app_1 exited with code 1"])
    return "\n".join(["Step 7/9 : RUN ./install.sh", " ---> Running in 3f9c2d7a81be", *lines,
                      "The command '/bin/sh -c ./install.sh' returned a non-zero code: 1"])


@wrapper
def timestamps(lines, chance):
    shape, day = chance.randrange(5), f"2024-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
    prefix = [lambda: f"{day}T{clock(chance)}.{chance.randrange(10**7):07}Z ", lambda: f"[{clock(chance)}] ",
              lambda: f"{day} {clock(chance)},{chance.randrange(1000):03} ERROR tide.worker: ",
              lambda: f"Mar {chance.randint(10, 28)} {clock(chance)} kelp tided[{chance.randint(100, 9999)}]: ",
              lambda: f"[{chance.randint(1, 90)}.{chance.randrange(10**6):06}] "][shape]
    return "\n".join(prefix() + x for x in ["starting up", *lines])


@wrapper
def markdown(lines, chance):
    shape = chance.randrange(4)
    if shape == 0:
        return "\n".join(["I wrote yesterday:", "", *(f"> {x}" for x in lines), "", "Any idea?"])
    if shape == 1:
        return "\n".join(["### What happens", "", "```", *lines, "```", "", "### Environment", "", "Debian 12, Python 3.11"])
    if shape == 2:
        return "\n".join(["Hello,", "", "this is what I get:", "", *(f"    {x}" for x in lines), "", "Thanks!"])
    return "\n".join([*(f"> > {x}" for x in lines), "> did you try it on another machine?", "", "Yes, the same there."])


@wrapper
def entities(lines, chance):
    shape = chance.randrange(3)
    quoted = [html.escape(x) for x in lines]
    if shape == 0:
        return "<pre>" + "\n".join(quoted) + "</pre>"
    if shape == 1:
        return "<p>It says:</p><code>" + "<br/>\n".join(x.replace("&#x27;", "&#39;").replace("`", "&#96;") for x in quoted) + "</code>"
    return "\n".join(x.replace(" ", "&nbsp;", 1).replace("'", "&apos;") for x in quoted)


@wrapper
def colours(lines, chance):
    out = []
    for line in lines:
        words = line.split(" ")
        at = chance.randrange(len(words))
        words[at] = f"\x1b[{chance.choice(['31', '1;31', '01;31', '38;5;160'])}m\x1b[K{words[at]}\x1b[m\x1b[K"
        out.append(" ".join(words))
    return "\x1b[1m$ run\x1b[0m\n" + ("\r\n" if chance.random() < 0.3 else "\n").join(out) + "\x1b[0m\n"


@wrapper
def screen(lines, chance):
    """A terminal of 80 columns or less beside another one, as a copy from tmux has it."""
    width = chance.choice([80, 76, 64])
    right = chance.random() < 0.5
    out = []
    for line in lines:
        for at in range(0, max(len(line), 1), width):
            piece = line[at:at + width]
            out.append(f"{piece:<{width}}│" if right else f"│{piece:<{width}}")
    return "\n".join(out)


@wrapper
def one_line(lines, chance):
    text = " ".join(x.strip() for x in lines)
    return [f"When I start it I get {text} and then it stops", text, f"error: {text}", f"Q: what does this mean? {text}"][chance.randrange(4)]


@wrapper
def escaped(lines, chance):
    text = "\n".join(lines)
    shape = chance.randrange(3)
    if shape == 0:
        return json.dumps({"level": "error", "ts": "2024-05-02T10:11:12Z", "msg": text})
    if shape == 1:
        return json.dumps({"log": text + "\n", "stream": "stderr", "time": "2024-05-02T10:11:12.1234Z"}, ensure_ascii=False)
    return json.dumps({"outputs": [{"output_type": "error", "traceback": ["----", text]}]})


@wrapper
def cut(lines, chance):
    tail = "make: *** [Makefile:12: all] Error 1"
    return "\n".join([*lines, tail[:chance.randint(1, len(tail) - 1)]])
