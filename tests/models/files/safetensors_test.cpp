#include "models/files/safetensors.h"

#include <ATen/Functions.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <limits>

#include "models/files/files.h"
#include "tests/support/error_text.h"
#include "tests/support/temporary_directory.h"

namespace wherefore {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::map<std::string, at::Tensor> Parse(const std::string& bytes) {
  return ParseSafetensors(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), "m.safetensors");
}

std::string LengthBytes(std::uint64_t length) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(length >> (8 * i) & 0xff);
  return bytes;
}

/// A file with this header and `size` bytes of data: 1, 2, 3, ...
std::string File(const std::string& header, std::size_t size) {
  std::string bytes = LengthBytes(header.size()) + header;
  for (std::size_t i = 1; i <= size; ++i) bytes += static_cast<char>(i);
  return bytes;
}

std::string Entry(const std::string& name, const std::string& type, const std::string& shape,
                  const std::string& offsets) {
  return "\"" + name + R"(":{"dtype":")" + type + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
}

std::string Refusal(const std::string& header, std::size_t size) {
  return ErrorText(ErrorKind::kBadFile, [&] { Parse(File(header, size)); });
}

TEST(SafetensorsTest, ReadsAHandMadeFile) {
  const auto tensors =
      Parse(File("{" + Entry("b", "I16", "[2,1]", "[0,4]") + "," + Entry("a", "U8", "[3]", "[4,7]") + "}", 7));
  ASSERT_EQ(tensors.size(), 2U);
  EXPECT_TRUE(at::equal(tensors.at("a"), at::tensor({5, 6, 7}, at::kByte)));
  EXPECT_TRUE(at::equal(tensors.at("b"), at::tensor({0x0201, 0x0403}, at::kShort).view({2, 1})));
}

TEST(SafetensorsTest, ReadsDataAtAnOddAddress) {
  // One byte of U8 before it puts the float at an address that no float may have.
  std::string bytes = File("{" + Entry("a", "U8", "[1]", "[0,1]") + "," + Entry("b", "F32", "[1]", "[1,5]") + "}", 1);
  bytes += std::string("\x00\x00\xC0\x3F", 4);
  EXPECT_EQ(Parse(bytes).at("b").item<float>(), 1.5F);
}

TEST(SafetensorsTest, ReadsScalarsEmptyTensorsAndNoTensors) {
  const auto tensors =
      Parse(File("{" + Entry("none", "F32", "[0,5]", "[0,0]") + "," + Entry("one", "U8", "[]", "[0,1]") + "}", 1));
  EXPECT_EQ(tensors.at("none").sizes(), (std::vector<int64_t>{0, 5}));
  EXPECT_EQ(tensors.at("one").item<int64_t>(), 1);
  EXPECT_TRUE(Parse(File("{}", 0)).empty());
  EXPECT_TRUE(Parse(File(R"({"__metadata__":{"format":"pt"}}   )", 0)).empty());
}

TEST(SafetensorsTest, GivesBackEveryTypeThatItWrote) {
  const TemporaryDirectory directory;
  const auto values = at::arange(-6, 6).view({3, 4});
  std::map<std::string, at::Tensor> tensors;
  for (const auto type : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16, at::kLong, at::kInt, at::kShort, at::kChar,
                          at::kByte, at::kBool}) {
    tensors[c10::toString(type)] = values.to(type);
  }
  tensors["transposed"] = values.t();
  WriteSafetensors(directory.PathOf("t"), tensors, {{"format", "pt"}});
  const auto read = ReadSafetensors(directory.PathOf("t"));
  ASSERT_EQ(read.size(), tensors.size());
  for (const auto& [name, tensor] : tensors) {
    EXPECT_EQ(read.at(name).scalar_type(), tensor.scalar_type()) << name;
    EXPECT_TRUE(at::equal(read.at(name), tensor)) << name;
  }
}

TEST(SafetensorsTest, WritesTheFormatByteForByte) {
  const TemporaryDirectory directory;
  const std::map<std::string, at::Tensor> tensors = {{"b", at::tensor({1.5F})}, {"a", at::tensor({7, 8}, at::kByte)}};
  WriteSafetensors(directory.PathOf("t"), tensors, {{"format", "pt"}});
  const std::string bytes = ReadFile(directory.PathOf("t"));
  std::string header = R"({"__metadata__":{"format":"pt"},"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)"
                       R"("b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}})";
  header.append((8 - header.size() % 8) % 8, ' ');
  EXPECT_EQ(bytes, LengthBytes(header.size()) + header + std::string("\x07\x08\x00\x00\xC0\x3F", 6));
  WriteSafetensors(directory.PathOf("again"), tensors, {{"format", "pt"}});
  EXPECT_EQ(ReadFile(directory.PathOf("again")), bytes);
}

TEST(SafetensorsTest, WritesNoTypeThatTheFormatLacks) {
  const TemporaryDirectory directory;
  EXPECT_THAT(ErrorText(ErrorKind::kUsage,
                        [&] {
                          WriteSafetensors(directory.PathOf("t"), {{"z", at::zeros({1}, at::kComplexFloat)}});
                        }),
              HasSubstr("tensor \"z\""));
  EXPECT_THAT(ErrorText(ErrorKind::kUsage,
                        [&] {
                          WriteSafetensors(directory.PathOf("t"), {{"\xFF", at::zeros({1})}});
                        }),
              HasSubstr("not UTF-8"));
  EXPECT_THAT(directory.Names(), testing::IsEmpty());
}

TEST(SafetensorsTest, RefusesAFileTooShortForALength) {
  EXPECT_EQ(ErrorText(ErrorKind::kBadFile, [] { Parse(""); }),
            "m.safetensors: not a safetensors file: 0 bytes, but it takes at least 8");
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [] { Parse("1234567"); }), HasSubstr("7 bytes"));
}

TEST(SafetensorsTest, RefusesALyingHeaderLength) {
  const std::string header = "{" + Entry("a", "U8", "[1]", "[0,1]") + "}";
  std::string bytes = File(header, 1);
  bytes.replace(0, 8, LengthBytes(header.size() + 2));
  EXPECT_EQ(ErrorText(ErrorKind::kBadFile, [&] { Parse(bytes); }),
            "m.safetensors: header length " + std::to_string(header.size() + 2) +
                " reaches beyond the end of the file (" + std::to_string(bytes.size()) +
                " bytes): not a safetensors file, or cut short");
  bytes.replace(0, 8, LengthBytes(std::numeric_limits<std::uint64_t>::max()));
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { Parse(bytes); }), HasSubstr("18446744073709551615 reaches beyond"));
  bytes.replace(0, 8, LengthBytes(header.size() - 1));
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { Parse(bytes); }),
              HasSubstr("m.safetensors: header: not valid JSON"));
}

TEST(SafetensorsTest, RefusesAHeaderThatIsNoJsonObject) {
  EXPECT_THAT(Refusal("weights", 0), HasSubstr("m.safetensors: header: not valid JSON"));
  EXPECT_THAT(Refusal("", 0), HasSubstr("not valid JSON"));
  EXPECT_EQ(Refusal("[1,2]", 0), "m.safetensors: header is an array of 2, but must be an object");
  EXPECT_THAT(Refusal("{} x", 0), HasSubstr("not valid JSON"));
  EXPECT_THAT(Refusal("{\"\xFF\":1}", 0), HasSubstr("not valid JSON"));
}

TEST(SafetensorsTest, RefusesDeepNesting) {
  const std::string deep(1'000'000, '[');
  EXPECT_EQ(Refusal("{\"a\":" + deep, 0), "m.safetensors: header: nested deeper than 16 levels");
}

TEST(SafetensorsTest, RefusesDuplicates) {
  const std::string entry = Entry("a", "U8", "[1]", "[0,1]");
  EXPECT_EQ(Refusal("{" + entry + "," + entry + "}", 1), R"(m.safetensors: header: key "a" appears twice)");
  EXPECT_THAT(Refusal(R"({"a":{"dtype":"U8","dtype":"U8"}})", 1), HasSubstr(R"(key "dtype" appears twice)"));
}

TEST(SafetensorsTest, NamesAnUnknownTypeAndTheKnownOnes) {
  EXPECT_EQ(Refusal("{" + Entry("a", "F8_E4M3", "[1]", "[0,1]") + "}", 1),
            "m.safetensors: tensor \"a\" has the unknown dtype \"F8_E4M3\"; known are F64, F32, F16, BF16, I64, I32, "
            "I16, I8, U8, BOOL");
  EXPECT_THAT(Refusal(R"({"a":{"dtype":7,"shape":[],"data_offsets":[0,1]}})", 1), HasSubstr("unknown dtype 7"));
}

TEST(SafetensorsTest, RefusesMalformedEntries) {
  EXPECT_EQ(Refusal(R"({"a":7})", 0), "m.safetensors: tensor \"a\" is 7, but must be an object");
  EXPECT_EQ(Refusal(R"({"a":{"dtype":"U8","shape":[]}})", 0), "m.safetensors: tensor \"a\" has no 'data_offsets'");
  EXPECT_THAT(Refusal(R"({"a":{"dtype":"U8","shape":[],"data_offsets":[0,1],"stride":[]}})", 1),
              HasSubstr(R"(unknown key "stride")"));
  EXPECT_THAT(Refusal("{" + Entry("a", "U8", "4", "[0,4]") + "}", 4), HasSubstr("has as shape 4"));
  EXPECT_THAT(Refusal("{" + Entry("a", "U8", "[1.5]", "[0,4]") + "}", 4), HasSubstr("the size 1.5 in its shape"));
  EXPECT_THAT(Refusal("{" + Entry("a", "U8", "[-1]", "[0,4]") + "}", 4), HasSubstr("the size -1 in its shape"));
  for (const char* offsets : {"[0]", "[0,1,2]", "[-1,0]", "[0,1.0]", "[0,18446744073709551615]", "{}", "null"}) {
    EXPECT_THAT(Refusal("{" + Entry("a", "U8", "[1]", offsets) + "}", 1), HasSubstr("malformed data_offsets"))
        << offsets;
  }
}

TEST(SafetensorsTest, RefusesAShapeWhoseSizeOverflows) {
  for (const char* shape : {"[4294967296,4294967296]", "[9223372036854775807]", "[0,9223372036854775807,3]"}) {
    EXPECT_THAT(Refusal("{" + Entry("a", "F32", shape, "[0,0]") + "}", 0), HasSubstr("too large for any memory"));
  }
  std::string shape = "[1";
  for (int i = 1; i < 65; ++i) shape += ",1";
  EXPECT_THAT(Refusal("{" + Entry("a", "U8", shape + "]", "[0,1]") + "}", 1), HasSubstr("array of 65, but it must be"));
}

TEST(SafetensorsTest, RefusesASizeThatIsNotTheShapes) {
  EXPECT_EQ(Refusal("{" + Entry("a", "F16", "[2,3]", "[0,10]") + "}", 10),
            "m.safetensors: tensor \"a\" of dtype F16 and shape [2, 3] takes 12 bytes, but its data_offsets span 10");
}

TEST(SafetensorsTest, RefusesOffsetsThatDoNotFit) {
  const auto two = [](const char* first, const char* second) {
    return "{" + Entry("a", "U8", "[2]", first) + "," + Entry("b", "U8", "[2]", second) + "}";
  };
  EXPECT_THAT(Refusal("{" + Entry("a", "U8", "[2]", "[2,0]") + "}", 2),
              HasSubstr("tensor \"a\" has reversed data_offsets: it begins at 2 and ends at 0"));
  EXPECT_EQ(Refusal(two("[0,2]", "[1,3]"), 3),
            "m.safetensors: tensor \"b\" overlaps the one before it: its bytes 1 to 3, but that ends at 2");
  EXPECT_THAT(Refusal(two("[0,2]", "[0,2]"), 2), HasSubstr("overlaps"));
  EXPECT_EQ(Refusal(two("[0,2]", "[3,5]"), 5),
            "m.safetensors: tensor \"b\" leaves a gap before it: its bytes 3 to 5, but the data before end at 2");
  EXPECT_THAT(Refusal("{" + Entry("a", "U8", "[2]", "[1,3]") + "}", 3), HasSubstr("leaves a gap before it"));
  EXPECT_EQ(Refusal(two("[0,2]", "[2,4]"), 3),
            "m.safetensors: tensor \"b\" runs past the end: its bytes 2 to 4 of only 3");
  EXPECT_EQ(Refusal(two("[0,2]", "[2,4]"), 7), "m.safetensors: 3 bytes after the last tensor belong to none");
}

TEST(SafetensorsTest, RefusesBooleansThatAreNone) {
  EXPECT_THAT(Refusal("{" + Entry("a", "BOOL", "[2]", "[0,2]") + "}", 2), HasSubstr("neither 0 nor 1"));
}

TEST(SafetensorsTest, RefusesMetadataThatAreNotStrings) {
  EXPECT_EQ(Refusal(R"({"__metadata__":{"epoch":3}})", 0),
            R"(m.safetensors: __metadata__ has 3 under "epoch", but must be an object of strings)");
  EXPECT_THAT(Refusal(R"({"__metadata__":"pt"})", 0), HasSubstr("must be an object of strings"));
}

TEST(SafetensorsTest, NamesTheFileThatItCannotRead) {
  const TemporaryDirectory directory;
  WriteFileWhole(directory.PathOf("cut.safetensors"), File("{}", 0).substr(0, 9));
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { ReadSafetensors(directory.PathOf("cut.safetensors")); }),
              AllOf(HasSubstr(directory.PathOf("cut.safetensors")), HasSubstr("header length 2 reaches beyond")));
  EXPECT_THAT(ErrorText(ErrorKind::kBadFile, [&] { ReadSafetensors(directory.PathOf("none")); }),
              HasSubstr("No such file"));
}

}  // namespace
}  // namespace wherefore
