#!/usr/bin/env bash
# Measures how good the models are, as the papers on super-resolution do, and writes docs/quality.md.
#
#   bench/quality.sh FOLDER
#
# FOLDER holds Set5, Set14 and Kodak12 with the original pictures as PNG; they are not part of this repository. Each
# picture is reduced or compressed, enlarged or restored, and compared with the original, only by commands of Enlarger.
# Pictures as they are found are made by training/found.py, for which /usr/bin/python3 needs Pillow and NumPy.
set -euo pipefail

folder="${1:?usage: bench/quality.sh FOLDER}"
python=/usr/bin/python3
"$python" -c "import PIL, numpy" || { echo "$python needs Pillow and NumPy." >&2; exit 1; }
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
enlarger="$root/enlarger"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

sets=(Set5 Set14 Kodak12)
scales=(2 3 4)
qualities=(10 20 40)
versions=8

# Prints the models that have networks for enlarging, or for scale 1, by name.
models() {
    "$enlarger" models list --json |
        sed -nE 's/.*"name":"([^"]+)".*"scales":\[([0-9,]+)\].*/\2 \1/p' |
        awk -v one="$1" '($1 == "1") == one { print $2 }'
}

# Prints "PSNR / SSIM", the means over the pictures of two folders, without a border.
compare() {
    "$enlarger" compare "$1" "$2" --crop "$3" --json |
        sed -nE 's/.*"psnr_y":([0-9.]+),"ssim_y":([0-9.]+).*"pictures".*/\1 \2/p' |
        awk '{ printf "%.2f / %.4f", $1, $2 }'
}

# Prints a row of figures of a model, for a set at all scales.
enlarged() {
    local model="$1" set="$2" scale pairs
    for scale in "${scales[@]}"; do
        pairs="$work/$set-$scale"
        [ -d "$pairs" ] || "$enlarger" reduce "$folder/$set" -s "$scale" -o "$pairs/small" \
            --crop-output "$pairs/reference" > /dev/null
        "$enlarger" upscale "$pairs/small" -o "$pairs/$model" -s "$scale" -m "$model" --quiet > /dev/null
        printf ' %s |' "$(compare "$pairs/reference" "$pairs/$model" "$scale")"
    done
}

# The same for pictures that JPEG has damaged, at all qualities.
restored() {
    local model="$1" quality pairs
    for quality in "${qualities[@]}"; do
        pairs="$work/jpeg-$quality"
        # At scale 1 the kernel leaves the samples as they are, so this only compresses.
        [ -d "$pairs" ] || "$enlarger" upscale "$folder/Kodak12" -o "$pairs/damaged" -s 1 -m bicubic \
            --format jpeg --quality "$quality" --quiet > /dev/null
        "$enlarger" upscale "$pairs/damaged" -o "$pairs/$model" -s 1 -m "$model" --format png --quiet > /dev/null
        printf ' %s |' "$(compare "$folder/Kodak12" "$pairs/$model" 0)"
    done
}

# The luma PSNR of every picture of a folder, a line each.
each() {
    "$enlarger" compare "$work/found/reference" "$1" --crop 4 --json |
        sed -nE 's/.*"psnr_y":([0-9.]+).*"file".*/\1/p'
}

# Prints a row of figures of a model on pictures as they are found: means, and how single pictures do against bicubic.
found() {
    local model="$1"
    "$enlarger" upscale "$work/found/small" -o "$work/found/$model" -s 4 -m "$model" --quiet > /dev/null
    printf ' %s |' "$(compare "$work/found/reference" "$work/found/$model" 4)"
    paste <(each "$work/found/$model") <(each "$work/found/bicubic") | awk '
        { gain = $1 - $2; sum += gain; below += gain < 0; if (NR == 1 || gain < worst) worst = gain }
        END { printf " %.2f | %.2f | %d of %d |", sum / NR, worst, below, NR }'
}

{
    cat << 'TEXT'
# Quality

Made by `bench/quality.sh FOLDER`, where FOLDER holds Set5, Set14 and Kodak12 (every other Kodak picture); do not
edit. PSNR in decibels / SSIM, on luma, means over the pictures of a set; more is better for both.

## Enlarging

As in the papers: the picture is cropped to a multiple of the scale, reduced with the bicubic kernel of MATLAB's
imresize, rounded to 8 bit, enlarged, rounded again, and compared without a border as wide as the scale.
TEXT
    for set in "${sets[@]}"; do
        printf '\n| %s | 2x | 3x | 4x |\n|---|---|---|---|\n' "$set"
        for model in bicubic $(models 0); do
            printf '| %s |%s\n' "$model" "$(enlarged "$model" "$set")"
        done
    done
    cat << 'TEXT'

What others have published for the same sets, by the same rules; not measured here. They were trained on DIV2K and
other sets whose pictures are not openly licensed. Multiplications are for a result of
1280x720. Those of `photo` at 4x are 10 billion, of `photo-fast` 1.5 billion.

| published | parameters | multiplications at 4x | Set5 2x | Set5 3x | Set5 4x | Set14 2x | Set14 3x | Set14 4x |
|---|---|---|---|---|---|---|---|---|
| FSRCNN | 0.01 million | | 37.00 | | 30.72 | 32.63 | | 27.61 |
| IMDN | 0.7 million | 40.9 billion | 38.00 | 34.36 | 32.21 | 33.63 | 30.32 | 28.58 |
| RFDN | 0.5 million | | 38.05 | 34.41 | 32.24 | 33.68 | 30.34 | 28.61 |
| EDSR-baseline | 1.5 million | 114 billion | 37.99 | | 32.09 | 33.57 | | 28.58 |
| SwinIR-light | 0.9 million | 49.6 billion | 38.14 | 34.62 | 32.44 | 33.86 | 30.54 | 28.77 |
TEXT
    "$python" "$root/training/found.py" "$folder/Kodak12" --out "$work/found" --versions "$versions"
    cat << 'TEXT'

## Pictures as they are found

Kodak12, every picture in eight versions. Each was blurred, resized, made noisy and compressed, or some of that, and then
once more on the way to a quarter of its sides, by the fixed seeds of `training/found.py`; no network was trained with
that program. Enlarged by 4. The gain is the mean over the pictures of PSNR less that of bicubic; "worst" is the lowest
gain of a picture, "below" the number of pictures with a PSNR below bicubic's.

TEXT
    printf '| Kodak12, damaged twice | 4x | gain | worst | below |\n|---|---|---|---|---|\n'
    for model in bicubic auto $(models 0); do
        printf '| %s |%s\n' "$model" "$(found "$model")"
    done
    if [ -n "$(models 1)" ]; then
        cat << 'TEXT'

## Restoring

Kodak12, compressed as JPEG by Enlarger with the quality given, and restored at the same size. The first line is the
decoded file without restoring.

TEXT
        printf '| Kodak12 | quality 10 | quality 20 | quality 40 |\n|---|---|---|---|\n'
        printf '| decoded |%s\n' "$(restored bicubic)"
        for model in $(models 1); do
            printf '| %s |%s\n' "$model" "$(restored "$model")"
        done
    fi
} > "$work/quality.md"
mkdir -p "$root/docs"
mv "$work/quality.md" "$root/docs/quality.md"
echo "$root/docs/quality.md"
