// Draws maps over the photograph as overlay.cpp does: the same enlargement, colours, opacity and outline.
const kMostOpaque = 0.7;
const kOutlined = 0.5;
function valuesOf(map) {
  const bytes = Uint8Array.from(atob(map.steps), letter => letter.charCodeAt(0));
  const values = new Float32Array(map.rows * map.columns);
  const step = (map.high - map.low) / 65535;
  for (let i = 0; i < values.length; ++i) values[i] = map.low + step * (bytes[2 * i] + 256 * bytes[2 * i + 1]);
  return values;
}
// For each of `to` pixels the pixel below it of `from` ones, and how far it is on the way to the next.
function axis(from, to, alignCorners) {
  const below = new Int32Array(to);
  const share = new Float32Array(to);
  for (let i = 0; i < to; ++i) {
    const at = alignCorners ? (to > 1 ? i * (from - 1) / (to - 1) : 0) : Math.max((i + 0.5) * from / to - 0.5, 0);
    below[i] = Math.min(Math.floor(at), from - 1);
    share[i] = below[i] + 1 < from ? at - below[i] : 0;
  }
  return {below, share};
}
// Bilinear enlargement of rows x columns.
function enlarge(values, rows, columns, height, width, alignCorners) {
  const x = axis(columns, width, alignCorners);
  const y = axis(rows, height, alignCorners);
  const wide = new Float32Array(rows * width);
  for (let row = 0; row < rows; ++row) {
    for (let i = 0; i < width; ++i) {
      const at = row * columns + x.below[i];
      wide[row * width + i] = values[at] + (x.share[i] > 0 ? x.share[i] * (values[at + 1] - values[at]) : 0);
    }
  }
  const large = new Float32Array(height * width);
  for (let j = 0; j < height; ++j) {
    const upper = y.below[j] * width;
    const lower = y.share[j] > 0 ? upper + width : upper;
    for (let i = 0; i < width; ++i) {
      large[j * width + i] = wide[upper + i] + y.share[j] * (wide[lower + i] - wide[upper + i]);
    }
  }
  return large;
}
// The map on the photograph, 0 to 1; 0 where the network did not see it.
function field(map) {
  const input = enlarge(valuesOf(map), map.rows, map.columns, view.input.height, view.input.width, map.align);
  const seen = view.seen;
  const large = enlarge(input, view.input.height, view.input.width, seen.height, seen.width, false);
  const values = new Float32Array(view.width * view.height);
  for (let row = 0; row < seen.height; ++row) {
    for (let column = 0; column < seen.width; ++column) {
      const value = large[row * seen.width + column];
      values[(seen.top + row) * view.width + seen.left + column] = Math.min(Math.max(value, 0), 1);
    }
  }
  return values;
}
// The places that have values on both sides of the outline in the square of `reach` pixels around them.
function nearOutline(values, reach) {
  const {width, height} = view;
  const near = new Uint8Array(values.length);
  const mark = (top, bottom, left, right) => {
    for (let y = Math.max(top, 0); y <= Math.min(bottom, height - 1); ++y) {
      near.fill(1, y * width + Math.max(left, 0), y * width + Math.min(right, width - 1) + 1);
    }
  };
  for (let y = 0, i = 0; y < height; ++y) {
    for (let x = 0; x < width; ++x, ++i) {
      const inside = values[i] >= kOutlined;
      if (x + 1 < width && values[i + 1] >= kOutlined !== inside) mark(y - reach, y + reach, x + 1 - reach, x + reach);
      if (y + 1 < height && values[i + width] >= kOutlined !== inside) {
        mark(y + 1 - reach, y + reach, x - reach, x + reach);
      }
    }
  }
  return near;
}
// About how many pixels a place is away from the outline: the difference in value over the slope (Sobel's).
function distanceToOutline(values, x, y) {
  const mirrored = (at, size) => size === 1 ? 0 : at < 0 ? -at : at >= size ? 2 * size - 2 - at : at;
  const at = (down, right) => values[mirrored(y + down, view.height) * view.width + mirrored(x + right, view.width)];
  const across = (at(-1, 1) - at(-1, -1) + 2 * (at(0, 1) - at(0, -1)) + at(1, 1) - at(1, -1)) / 8;
  const down = (at(1, -1) - at(-1, -1) + 2 * (at(1, 0) - at(-1, 0)) + at(1, 1) - at(-1, 1)) / 8;
  return Math.abs(at(0, 0) - kOutlined) / Math.max(Math.hypot(across, down), 1e-3);
}
function drawOutline(values, pixels) {
  const halfWidth = Math.max(1, Math.max(view.width, view.height) / 700);
  const halfBorder = halfWidth + 1.5;
  const near = nearOutline(values, Math.ceil(halfBorder + 0.5));
  for (let i = 0; i < values.length; ++i) {
    if (!near[i]) continue;
    const distance = distanceToOutline(values, i % view.width, Math.floor(i / view.width));
    let opacity = values[i] * kMostOpaque;
    const color = [pixels[4 * i], pixels[4 * i + 1], pixels[4 * i + 2]];
    for (const [half, grey] of [[halfBorder, 0], [halfWidth, 255]]) {
      const share = Math.min(Math.max(half + 0.5 - distance, 0), 1);
      for (let c = 0; c < 3; ++c) color[c] = color[c] * (1 - share) + grey * share;
      opacity = Math.max(opacity, share * 0.9);
    }
    for (let c = 0; c < 3; ++c) pixels[4 * i + c] = color[c];
    pixels[4 * i + 3] = opacity * 255;
  }
}
function drawHeat(context, map) {
  const values = field(map);
  const picture = context.createImageData(view.width, view.height);
  const pixels = picture.data;
  for (let i = 0; i < values.length; ++i) {
    const color = 3 * Math.round(values[i] * 255);
    for (let c = 0; c < 3; ++c) pixels[4 * i + c] = view.colors[color + c];
    pixels[4 * i + 3] = values[i] * kMostOpaque * 255;
  }
  drawOutline(values, pixels);
  context.putImageData(picture, 0, 0);
}
// A picture of the network's input: grey where the network saw nothing.
function drawPicture(context, picture) {
  const seen = view.seen;
  context.fillStyle = 'rgb(128, 128, 128)';
  context.fillRect(0, 0, view.width, view.height);
  context.drawImage(picture, seen.left, seen.top, seen.width, seen.height);
}
// Of a layer: a map, the data of a picture, or null where there is nothing to show.
function drawLayer(canvas, layer) {
  const context = canvas.getContext('2d');
  canvas.shows = layer;
  context.clearRect(0, 0, view.width, view.height);
  if (layer && layer.steps) drawHeat(context, layer);
  if (layer && layer.picture) {
    const picture = new Image();
    picture.onload = () => {
      if (canvas.shows === layer) drawPicture(context, picture);
    };
    picture.src = layer.picture;
  }
}
