#include <csetjmp>
#include <cstring>

#include <png.h>

#include "tools/photographs/decoders.h"

namespace wherefore {
namespace {

/// What libpng's callbacks are given.
struct Reading {
  const std::string* bytes = nullptr;
  std::size_t at = 0;
  char remark[256] = "";
};

[[noreturn]] void LeaveAfterError(png_structp decoder, png_const_charp message) {
  auto* reading = static_cast<Reading*>(png_get_error_ptr(decoder));
  std::snprintf(reading->remark, sizeof(reading->remark), "libpng error: %s", message);
  png_longjmp(decoder, 1);
}

void IgnoreWarning(png_structp, png_const_charp) {}

void ReadBytes(png_structp decoder, png_bytep to, std::size_t count) {
  auto* reading = static_cast<Reading*>(png_get_io_ptr(decoder));
  if (count > reading->bytes->size() - reading->at) png_error(decoder, "the file ends too early");
  std::memcpy(to, reading->bytes->data() + reading->at, count);
  reading->at += count;
}

bool IsLittleEndian() {
  const std::uint16_t one = 1;
  unsigned char first = 0;
  std::memcpy(&first, &one, 1);
  return first == 1;
}

/// Reads the header and asks for rows as DecodedSamples has them.
void Begin(png_structp decoder, png_infop info, DecodedSamples* decoded) {
  png_read_info(decoder, info);
  const unsigned color_type = png_get_color_type(decoder, info);
  const bool has_color = (color_type & PNG_COLOR_MASK_COLOR) != 0;
  const bool has_clear_colors = has_color && png_get_valid(decoder, info, PNG_INFO_tRNS) != 0;
  if (color_type == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(decoder);
  if (!has_color && png_get_bit_depth(decoder, info) < 8) png_set_expand_gray_1_2_4_to_8(decoder);
  if (has_clear_colors) png_set_tRNS_to_alpha(decoder);
  if (color_type == PNG_COLOR_TYPE_GRAY_ALPHA) png_set_gray_to_rgb(decoder);
  if (has_color) png_set_bgr(decoder);
  if (IsLittleEndian()) png_set_swap(decoder);
  png_set_interlace_handling(decoder);
  png_read_update_info(decoder, info);
  decoded->height = static_cast<int>(png_get_image_height(decoder, info));
  decoded->width = static_cast<int>(png_get_image_width(decoder, info));
  decoded->channels = png_get_channels(decoder, info);
  decoded->bits = png_get_bit_depth(decoder, info);
}

/// Whether the picture could be read. Objects with destructors live in the caller: an error jumps over the rest of
/// this.
bool Decode(png_structp decoder, png_infop info, std::vector<png_bytep>* rows, DecodedSamples* decoded) {
  if (setjmp(png_jmpbuf(decoder)) != 0) return false;
  Begin(decoder, info, decoded);
  const std::size_t stride = png_get_rowbytes(decoder, info);
  const auto height = static_cast<std::size_t>(decoded->height);
  decoded->samples.resize(stride * height);
  for (std::size_t y = 0; y < height; ++y) rows->push_back(decoded->samples.data() + y * stride);
  png_read_image(decoder, rows->data());
  png_read_end(decoder, nullptr);
  return true;
}

}  // namespace

DecodedSamples DecodePng(const std::string& bytes) {
  DecodedSamples decoded;
  std::vector<png_bytep> rows;
  Reading reading;
  reading.bytes = &bytes;
  png_structp decoder = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reading, LeaveAfterError, IgnoreWarning);
  png_infop info = decoder == nullptr ? nullptr : png_create_info_struct(decoder);
  if (info != nullptr) {
    png_set_read_fn(decoder, &reading, ReadBytes);
    if (!Decode(decoder, info, &rows, &decoded)) decoded.samples.clear();
  }
  png_destroy_read_struct(&decoder, &info, nullptr);
  decoded.remark = reading.remark;
  return decoded;
}

}  // namespace wherefore
