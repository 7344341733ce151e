#!/usr/bin/env python3
"""Hugging Face directories of random sizes, explained by the programs and by transformers itself.

    compare_hub.py DIRECTORIES PROGRAMS [--sizes N] [--seed S] [--only NAME...] [--keep FOLDER] [--small]

DIRECTORIES holds model directories with small vocabularies (blip-caption, vit-gpt2, llava ...); of each, N models of the
same class with other sizes and random weights are made (0: as it is), and PROGRAMS (build/tools) explain a random picture
of exactly the network's size with them. Compared: the ids that generate() writes, the log-probability of a text that is
given, or logits, and a Grad-CAM map of the whole at the default layer. Prints a line a model with the largest
differences; the exit status is 1 where one is above the tolerance. With --keep the directories stay in FOLDER, each
with what transformers says of it in reference.json; --small makes them as small as can be: so were the directories
beside this file made. Needs torch, transformers, numpy, pillow.
"""

import argparse
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

import numpy
import torch
import transformers
from PIL import Image

TOLERANCE = 1e-4  # of log-probabilities and logits, and of a map's largest value
QUESTION = "what color is the cat"
TEXT = "a black cat"
LABELS = ["a photo of a cat", "a black cat", "what"]
SMALL = False


def draw_attention(rng, sizes, even=False):
    """Heads, and units that they divide."""
    if SMALL:
        sizes.update(num_attention_heads=2, hidden_size=12, num_hidden_layers=2, intermediate_size=20)
        return
    heads = rng.choice([1, 2, 3, 5])
    sizes["num_attention_heads"] = heads
    sizes["hidden_size"] = heads * (rng.choice([8, 12, 16]) if even else rng.choice([6, 8, 11]))
    sizes["num_hidden_layers"] = rng.choice([1, 2, 4])
    sizes["intermediate_size"] = rng.choice([17, 40, 96])


def draw_image(rng, sizes):
    if SMALL:
        sizes.update(patch_size=8, image_size=32)
        return
    patch = rng.choice([8, 12, 14])
    sizes["patch_size"] = patch
    sizes["image_size"] = patch * rng.choice([3, 4, 7])


def change_blip(rng, config):
    draw_attention(rng, config["vision_config"])
    draw_image(rng, config["vision_config"])
    draw_attention(rng, config["text_config"])
    if "QuestionAnswering" in config["architectures"][0]:  # whose decoder reads the question's states as if an image's
        for key in ("hidden_size", "num_attention_heads"):
            config["vision_config"][key] = config["text_config"][key]
    config["text_config"]["encoder_hidden_size"] = config["vision_config"]["hidden_size"]


def change_vision_encoder_decoder(rng, config):
    draw_attention(rng, config["encoder"])
    draw_image(rng, config["encoder"])
    config["encoder"]["qkv_bias"] = rng.random() < 0.5
    heads = rng.choice([1, 2, 3])
    config["decoder"].update(n_head=heads, n_embd=heads * rng.choice([6, 8]), n_layer=rng.choice([1, 2, 4]))
    config["decoder"]["n_inner"] = rng.choice([None, 50])


def change_git(rng, config):
    draw_attention(rng, config)
    draw_attention(rng, config["vision_config"])
    draw_image(rng, config["vision_config"])


def change_llava(rng, config):
    text, vision = config["text_config"], config["vision_config"]
    draw_attention(rng, text, even=True)
    text["num_key_value_heads"] = rng.choice([k for k in (1, 2, 3, 5) if text["num_attention_heads"] % k == 0])
    text["head_dim"] = text["hidden_size"] // text["num_attention_heads"]
    if config["model_type"] == "paligemma":
        text["head_dim"] = rng.choice([4, 8, 16])
        vision["projection_dim"] = config["projection_dim"] = text["hidden_size"]
        config["hidden_size"] = text["hidden_size"]
    draw_attention(rng, vision)
    draw_image(rng, vision)
    if config["model_type"] == "llava":
        vision["num_hidden_layers"] = 4
        config["vision_feature_layer"] = rng.choice([-1, -2, 3])
        config["multimodal_projector_bias"] = rng.random() < 0.5
    tokens = (vision["image_size"] // vision["patch_size"]) ** 2
    config["image_seq_length"] = tokens
    vision["num_image_tokens"] = tokens


def change_vit(rng, config):
    draw_attention(rng, config)
    draw_image(rng, config)
    config["qkv_bias"] = rng.random() < 0.5


def change_vilt(rng, config):
    draw_attention(rng, config)
    draw_image(rng, config)
    config["qkv_bias"] = rng.random() < 0.5


def change_clip(rng, config):
    draw_attention(rng, config["text_config"])
    draw_attention(rng, config["vision_config"])
    draw_image(rng, config["vision_config"])
    config["projection_dim"] = rng.choice([5, 12])
    config["text_config"]["eos_token_id"] = rng.choice([2, config["text_config"]["vocab_size"] - 1])


def change_resnet(rng, config):
    stages = rng.choice([3, 4])
    config["layer_type"] = rng.choice(["basic", "bottleneck"])
    config["embedding_size"] = rng.choice([8, 12])
    config["hidden_sizes"] = [rng.choice([16, 24, 32]) for _ in range(stages)]
    config["depths"] = [rng.choice([1, 2, 3]) for _ in range(stages)]
    config["downsample_in_first_stage"] = rng.random() < 0.3
    config["downsample_in_bottleneck"] = rng.random() < 0.3
    config["image_size"] = 64


def change_convnext(rng, config):
    stages = rng.choice([3, 4])
    config["hidden_sizes"] = [rng.choice([8, 12, 20]) for _ in range(stages)]
    config["depths"] = [rng.choice([1, 2]) for _ in range(stages)]
    config["num_stages"] = stages
    config["layer_scale_init_value"] = rng.choice([0.0, 1e-6])
    config["patch_size"] = rng.choice([2, 4])
    config["image_size"] = 64


CHANGES = {
    "blip": change_blip,
    "vision-encoder-decoder": change_vision_encoder_decoder,
    "git": change_git,
    "llava": change_llava,
    "paligemma": change_llava,
    "vit": change_vit,
    "vilt": change_vilt,
    "clip": change_clip,
    "resnet": change_resnet,
    "convnext": change_convnext,
}


def make_config(source, rng, change):
    config = transformers.AutoConfig.from_pretrained(source)
    if not change:
        return config
    values = config.to_dict()
    for section in ("vision_config", "text_config", "encoder", "decoder"):
        for key in ("stage_names", "out_features", "out_indices"):
            values.get(section, {}).pop(key, None)
    for key in ("stage_names", "out_features", "out_indices"):
        values.pop(key, None)
    CHANGES[values["model_type"]](rng, values)
    return type(config).from_dict(values)


@torch.no_grad()
def randomise(model, seed):
    generator = torch.Generator().manual_seed(seed)
    for name, value in list(model.named_parameters()) + list(model.named_buffers()):
        if value.is_floating_point() and "inv_freq" not in name:
            noise = torch.randn(value.shape, generator=generator)
            if "running_var" in name:
                value.copy_(1 + 0.1 * noise.abs())
            elif value.dim() < 2:
                value.add_(0.1 * noise)
            else:
                value.copy_(noise * (1 / value[0].numel() ** 0.5 if "embed" not in name else 0.3))


def side_of(config):
    if config.model_type == "vilt":  # whose positions are stretched
        return config.image_size + 2 * config.patch_size
    for section in (config, getattr(config, "vision_config", None), getattr(config, "encoder", None)):
        side = getattr(section, "image_size", None)
        if side:
            return side if isinstance(side, int) else side[0]
    return 96  # of networks that take any size


def set_size(values, side):
    """Has an image processor's configuration leave a square picture of that side as large as it is."""
    size = values.get("size")
    if isinstance(size, dict):
        values["size"] = {key: side for key in size}
    elif size is not None:
        values["size"] = side
    if "size_divisor" in values:
        values["size_divisor"] = 1
    if "crop_size" in values:
        values["crop_size"] = {"height": side, "width": side} if isinstance(values["crop_size"], dict) else side
    if size is not None and "crop_pct" not in values and "ConvNext" in str(values):
        values["crop_pct"] = 1.0
    if "crop_pct" in values:
        values["crop_pct"] = 1.0


def copy_files(source, folder):
    for file in source.iterdir():
        if not file.name.startswith(("config", "model", "pytorch_model")):
            shutil.copy(file, folder / file.name)


def image_processor(folder):
    """The file, all that it holds, and the part about images."""
    for name in ("processor_config.json", "preprocessor_config.json"):
        path = folder / name
        if path.exists():
            whole = json.loads(path.read_text())
            values = whole.get("image_processor", whole)
            if "image_mean" in values or name.startswith("pre"):
                return path, whole, values


def fit_images(folder, side):
    path, whole, values = image_processor(folder)
    set_size(values, side)
    path.write_text(json.dumps(whole))


def make_photograph(path, side, seed):
    y, x, c = numpy.meshgrid(numpy.arange(side), numpy.arange(side), numpy.arange(3), indexing="ij")
    pixels = ((31 * x + 17 * y + 101 * c + (3 + seed) * x * y) % 256).astype(numpy.uint8)
    Image.fromarray(pixels).save(path)
    return pixels


def pixel_values(folder, pixels):
    """Of a photograph that needs no resizing."""
    values = image_processor(folder)[2]
    image = torch.tensor(pixels).permute(2, 0, 1).double() / 255
    mean, std = (torch.tensor(values[key]).double().view(3, 1, 1) for key in ("image_mean", "image_std"))
    return ((image - mean) / std).float().unsqueeze(0)


class Reference:
    """What transformers says of a model directory and an image."""

    def __init__(self, model, tokenizer, image, asks):
        self.model, self.tokenizer, self.image, self.asks = model, tokenizer, image, asks
        self.kind = model.config.model_type
        self.prompt = self.make_prompt()

    def encode(self, text):
        return self.tokenizer(text, add_special_tokens=False).input_ids

    @torch.no_grad()
    def make_prompt(self):
        """Ids before the text."""
        config = self.model.config
        if self.kind in ("llava", "paligemma"):
            image = [config.image_token_id] * self.model.get_image_features(self.image).pooler_output[0].shape[-2]
            if self.kind == "paligemma":
                return image + self.tokenizer("<bos>" + QUESTION + "\n", add_special_tokens=False).input_ids
            ids = self.tokenizer(f"USER: <image>\n{QUESTION} ASSISTANT:").input_ids
            at = ids.index(config.image_token_id)
            return ids[:at] + image + ids[at + 1 :]
        if self.kind == "git":
            return [config.bos_token_id] + (self.encode(QUESTION) if self.asks else [])
        if self.kind == "vision-encoder-decoder":
            return [config.decoder_start_token_id]
        return [config.text_config.bos_token_id]

    def rows(self, ids):
        """Logits that predict each of the text's ids and its end."""
        prompt = self.prompt
        whole = torch.tensor([prompt + ids])
        if self.kind == "paligemma":
            first = self.model(
                input_ids=torch.tensor([prompt]), pixel_values=self.image, use_cache=True,
                attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
                token_type_ids=torch.zeros(1, len(prompt), dtype=torch.long))
            logits, cache, rows = first.logits[0, -1:], first.past_key_values, []
            for at, one in enumerate(ids):
                rows.append(logits)
                step = self.model(
                    input_ids=torch.tensor([[one]]), past_key_values=cache, use_cache=True,
                    attention_mask=torch.ones(1, len(prompt) + at + 1, dtype=torch.long))
                logits, cache = step.logits[0, -1:], step.past_key_values
            return torch.cat(rows + [logits])
        if self.kind == "llava":
            logits = self.model(input_ids=whole, pixel_values=self.image, attention_mask=torch.ones_like(whole)).logits
        elif self.kind == "vision-encoder-decoder":
            logits = self.model(pixel_values=self.image, decoder_input_ids=whole).logits
        elif self.asks and self.kind == "blip":
            image = self.model.vision_model(self.image).last_hidden_state
            question = torch.tensor([self.tokenizer(QUESTION).input_ids])
            states = self.model.text_encoder(question, encoder_hidden_states=image).last_hidden_state
            logits = self.model.text_decoder(whole, encoder_hidden_states=states).logits
        else:
            logits = self.model(input_ids=whole, pixel_values=self.image).logits
        return logits[0, logits.shape[1] - len(ids) - 1 :]

    def log_probabilities(self, ids):
        rows = self.rows(ids).log_softmax(-1)
        return torch.stack([rows[i, one] for i, one in enumerate(ids)])

    @torch.no_grad()
    def written(self):
        """Ids of generate() as it comes, without what it was given."""
        settings = {"pixel_values": self.image}
        given = 0
        if self.kind in ("llava", "paligemma") or (self.kind == "git" and self.asks):
            settings["input_ids"] = torch.tensor([self.prompt])
            settings["attention_mask"] = torch.ones_like(settings["input_ids"])
            if self.kind == "paligemma":
                settings["token_type_ids"] = torch.zeros_like(settings["input_ids"])
            given = len(self.prompt)
        elif self.asks:
            settings["input_ids"] = torch.tensor([self.tokenizer(QUESTION).input_ids])
        ids = self.model.generate(**settings)[0].tolist()[given:]
        if not given and ids[: len(self.prompt)] == self.prompt:
            ids = ids[len(self.prompt) :]
        ends = [at for at, one in enumerate(ids) if one in self.ends()]
        return ids[: ends[0]] if ends else ids

    def ends(self):
        if self.kind == "blip":
            return [self.model.config.text_config.sep_token_id]
        ends = self.model.generation_config.eos_token_id
        return ends if isinstance(ends, list) else [ends]


def module_named(model, layer):
    """The module of a layer's name in the hub's files; transformers 5 has others in memory."""

    def plain(name):
        name = ("." + name).replace(".layer.", ".layers.")
        for part in (".encoder", ".vision_model", ".model"):
            name = name.replace(part + ".", ".")
        return name

    found = [module for name, module in model.named_modules() if plain(name) == plain(layer)]
    if not found:
        sys.exit(f"transformers has no module like '{layer}'")
    return found[-1]


def grad_cam(model, layer, shape, score):
    kept = []

    def keep(module, inputs, output):
        value = output[0] if isinstance(output, tuple) else output
        if not kept:
            value.requires_grad_() if value.is_leaf else None
            kept.append(value)

    handle = module_named(model, layer).register_forward_hook(keep)
    value = score()
    handle.remove()
    gradient = torch.autograd.grad(value, kept[0])[0][0]
    activation = kept[0][0]
    if activation.dim() == 2:
        first = activation.shape[0] - shape[0] * shape[1]
        activation = activation[first:].T.reshape(-1, *shape)
        gradient = gradient[first:].T.reshape(-1, *shape)
    return (gradient.mean((1, 2), keepdim=True) * activation).sum(0).detach().double().numpy()


def run(program, *arguments):
    done = subprocess.run([str(program), *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{program.name} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def explain(programs, task, photograph, folder, out, *more):
    shutil.rmtree(out, ignore_errors=True)
    program = programs / {"caption": "explain-caption", "vqa": "explain-vqa", "classification": "explain-image"}[task]
    question = [QUESTION] if task == "vqa" else []
    run(program, photograph, *question, "--model", folder, "--out", out, *more)
    return json.loads((out / "explanation.json").read_text()), numpy.load(out / "maps.npy")


def map_difference(found, expected):
    return float(abs(found - expected).max() / max(abs(expected).max(), 1e-12))


def compare_classifier(programs, model, image, photograph, folder, out):
    return compare_labels(programs, "classification", lambda: model(pixel_values=image).logits[0], {}, model, photograph, folder, out)


def compare_answerer(programs, model, tokenizer, image, photograph, folder, out):
    """Of a network that shuffles its patches: here they stay in order, as nothing but roundings depends on it."""
    torch.multinomial = lambda weights, count, replacement=False: torch.arange(count)
    question = tokenizer(QUESTION, return_tensors="pt")
    logits = lambda: model(**question, pixel_values=image).logits[0]
    return compare_labels(programs, "vqa", logits, {"question": QUESTION}, model, photograph, folder, out)


def compare_zero_shot(programs, model, tokenizer, image, photograph, folder, out):
    labels = tokenizer(LABELS, padding=True, return_tensors="pt")
    logits = lambda: model(**labels, pixel_values=image).logits_per_image[0]
    more = [word for label in LABELS for word in ("--label", label)]
    return compare_labels(programs, "classification", logits, {"labels": LABELS}, model, photograph, folder, out, *more)


def compare_labels(programs, task, logits_of, asked, model, photograph, folder, out, *more):
    explanation, maps = explain(programs, task, photograph, folder, out, "--method", "grad-cam", *more)
    logits = logits_of()
    best = explanation["predictions"][0]
    expected = grad_cam(model, explanation["layer"], maps.shape[1:], lambda: logits_of()[best["index"]])
    return {
        "reference": {
            **asked,
            "layer": explanation["layer"],
            "index": best["index"],
            "logit": float(logits[best["index"]].detach()),
            "grad_cam": expected.tolist(),
        },
        "same": best["index"] == int(logits.argmax()),
        "logit": abs(best["logit"] - float(logits[best["index"]].detach())),
        "map": map_difference(maps[0], expected),
    }


def ids_of(explanation):
    return [piece["id"] for word in explanation["written"]["words"] for piece in word["pieces"]]


def written_ids(programs, task, photograph, folder, out):
    """Of the model's own text; none where the program refuses to explain an empty one."""
    try:
        return ids_of(explain(programs, task, photograph, folder, out)[0])
    except RuntimeError as error:
        if "before the first word" not in str(error):
            raise
        return []


def compare_writer(programs, model, tokenizer, image, photograph, folder, out, task):
    reference = Reference(model, tokenizer, image, task == "vqa")
    found = written_ids(programs, task, photograph, folder, out)
    option = "--answer" if task == "vqa" else "--caption"
    given, maps = explain(programs, task, photograph, folder, out, option, TEXT, "--method", "grad-cam")
    ids = ids_of(given)
    log_p = reference.log_probabilities(ids)
    expected = grad_cam(model, given["layer"], maps.shape[1:], lambda: reference.log_probabilities(ids).sum())
    written = reference.written()
    return {
        "reference": {
            "layer": given["layer"],
            "question": QUESTION if task == "vqa" else "",
            "written": written,
            "text": TEXT,
            "ids": ids,
            "log_p": log_p.detach().tolist(),
            "grad_cam": expected.tolist(),
        },
        "same": found == written and ids == reference.encode(TEXT),
        "log p": abs(given["written"]["log_probability"] - float(log_p.sum().detach())),
        "map": map_difference(maps[-1], expected),
        "ids": (found, written, ids, reference.encode(TEXT)),
    }


def compare(source, programs, seed, change, folder, made):
    rng = random.Random(f"{source.name} {seed}")
    config = make_config(source, rng, change)
    if change:
        model = getattr(transformers, config.architectures[0])(config)
        randomise(model, seed)
        model.eval()
        generation = source / "generation_config.json"
        if generation.exists():
            model.generation_config = transformers.GenerationConfig.from_pretrained(source)
        model.save_pretrained(folder)
        copy_files(source, folder)
        model = type(model).from_pretrained(folder, attn_implementation="eager").eval()
    else:
        shutil.copytree(source, folder, dirs_exist_ok=True)
        model = getattr(transformers, config.architectures[0]).from_pretrained(folder, attn_implementation="eager").float().eval()
        config = model.config
    fit_images(folder, side_of(config))
    photograph = made / "photograph.png"
    (folder / "side.json").write_text(json.dumps(side_of(config)))
    image = pixel_values(folder, make_photograph(photograph, side_of(config), seed))
    out = made / "out"
    if hasattr(model, "generate") and model.can_generate():
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        asks = config.model_type in ("llava", "paligemma") or "QuestionAnswering" in config.architectures[0]
        tasks = ["caption", "vqa"] if config.model_type == "git" else ["vqa" if asks else "caption"]
        return {task: compare_writer(programs, model, tokenizer, image, photograph, folder, out, task) for task in tasks}
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder) if config.model_type in ("vilt", "clip") else None
    if config.model_type == "vilt":
        return {"vqa": compare_answerer(programs, model, tokenizer, image, photograph, folder, out)}
    if config.model_type == "clip":
        return {"classification": compare_zero_shot(programs, model, tokenizer, image, photograph, folder, out)}
    return {"classification": compare_classifier(programs, model, image, photograph, folder, out)}


def keep_reference(folder, seed, results):
    """What a test needs: the picture's formula has the seed and the side in it."""
    found = {"seed": seed, "side": json.loads((folder / "side.json").read_text())}
    (folder / "side.json").unlink()
    found.update({task: result.pop("reference") for task, result in results.items()})
    (folder / "reference.json").write_text(json.dumps(found) + "\n")


def line(name, seed, task, result):
    numbers = {key: value for key, value in result.items() if isinstance(value, float)}
    good = result["same"] and all(value <= TOLERANCE * (4 if key == "log p" else 1) for key, value in numbers.items())
    text = ", ".join(f"{key} {value:.1e}" for key, value in numbers.items())
    print(f"{name:14} {seed:3} {task:14} {'same ids' if result['same'] else 'OTHER IDS'}, {text}{'' if good else '  FAILED'}")
    if not result["same"] and "ids" in result:
        print("    ", *result["ids"], sep="\n      ")
    sys.stdout.flush()
    return good


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("directories", type=pathlib.Path)
    options.add_argument("programs", type=pathlib.Path)
    options.add_argument("--sizes", type=int, default=3)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--only", nargs="*")
    options.add_argument("--keep", type=pathlib.Path)
    options.add_argument("--small", action="store_true")
    options = options.parse_args()
    global SMALL
    SMALL = options.small
    torch.set_num_threads(1)
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    names = options.only or sorted(p.name for p in options.directories.iterdir() if (p / "config.json").exists())
    good = True
    for name in names:
        source = options.directories / name
        if json.loads((source / "config.json").read_text()).get("model_type") not in CHANGES:
            continue
        for seed in range(options.seed - 1, options.seed + options.sizes) if not SMALL else [options.seed]:
            with tempfile.TemporaryDirectory() as made:
                folder = (options.keep or pathlib.Path(made)) / (name if SMALL else f"{name}-{seed}")
                folder.mkdir(parents=True, exist_ok=True)
                try:
                    results = compare(source, options.programs, seed, seed > 0, folder, pathlib.Path(made))
                    keep_reference(folder, seed, results)
                    good &= all([line(name, seed, task, result) for task, result in results.items()])
                except Exception as error:  # a line a model, whatever befalls one
                    print(f"{name:14} {seed:3} {type(error).__name__}: {error}"[:1500], flush=True)
                    good = False
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
