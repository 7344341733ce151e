#include "models/files/pickle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/checkpoint_files.h"
#include "tests/support/error_text.h"

namespace wherefore {
namespace {

using Kind = PickleValue::Kind;
using testing::HasSubstr;

Pickle Read(const std::string& bytes) { return Pickle(HoldBytes(bytes), "p"); }

std::string Refusal(const std::string& bytes) {
  return ErrorText(ErrorKind::kBadFile, [&] { Read(bytes); });
}

std::string With(const std::string& bytes, char zero = '\0') { return bytes + zero; }

TEST(PickleTest, ReadsNumbers) {
  const std::pair<std::string, std::int64_t> integers[] = {{"K\x07", 7},
                                                           {std::string("M\x01\x02", 3), 513},
                                                           {"J\xff\xff\xff\xff", -1},
                                                           {With("\x8a"), 0},
                                                           {"\x8a\x01\xff", -1},
                                                           {std::string("\x8a\x02\xff\x00", 4), 255},
                                                           {std::string("\x8b\x02\x00\x00\x00\x00\x80", 7), -32768},
                                                           {"I12\n", 12},
                                                           {"L-3L\n", -3}};
  for (const auto& [bytes, value] : integers) {
    const auto pickle = Read(PickleOf(bytes));
    EXPECT_EQ(pickle.root().kind, Kind::kInteger) << value;
    EXPECT_EQ(pickle.root().integer, value);
  }
  const auto number = Read(PickleOf(std::string("G\xc0\x04\x00\x00\x00\x00\x00\x00", 9)));
  EXPECT_EQ(number.root().kind, Kind::kNumber);
  EXPECT_EQ(number.root().number, -2.5);
  const auto large = Read(PickleOf("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"));
  EXPECT_EQ(large.root().kind, Kind::kLongInteger);
  EXPECT_EQ(large.root().text, "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19");
}

TEST(PickleTest, ReadsTextsOfEveryProtocol) {
  const std::pair<std::string, Kind> texts[] = {{std::string("X\x02\x00\x00\x00hi", 7), Kind::kString},
                                                {"\x8c\x02hi", Kind::kString},
                                                {std::string("\x8d\x02\0\0\0\0\0\0\0hi", 11), Kind::kString},
                                                {"U\x02hi", Kind::kString},
                                                {std::string("T\x02\0\0\0hi", 7), Kind::kString},
                                                {"C\x02hi", Kind::kBytes},
                                                {std::string("B\x02\0\0\0hi", 7), Kind::kBytes},
                                                {std::string("\x8e\x02\0\0\0\0\0\0\0hi", 11), Kind::kBytes},
                                                {std::string("\x96\x02\0\0\0\0\0\0\0hi", 11), Kind::kBytes}};
  for (const auto& [bytes, kind] : texts) {
    const auto pickle = Read(PickleOf(bytes));
    EXPECT_EQ(pickle.root().kind, kind);
    EXPECT_EQ(pickle.root().text, "hi");
  }
}

TEST(PickleTest, ReadsContainers) {
  const std::pair<std::string, Kind> containers[] = {
      {"NN\x86", Kind::kTuple}, {"(NNt", Kind::kTuple},      {"](NNe", Kind::kList},  {"]NaNa", Kind::kList},
      {"(NNl", Kind::kList},    {"\x8f(NN\x90", Kind::kSet}, {"(NN\x91", Kind::kSet}, {"}(NNu", Kind::kDict},
      {"}NNs", Kind::kDict},    {"(NNd", Kind::kDict}};
  for (const auto& [bytes, kind] : containers) {
    const auto pickle = Read(PickleOf(bytes));
    EXPECT_EQ(pickle.root().kind, kind) << bytes;
    ASSERT_EQ(pickle.root().items.size(), 2U) << bytes;
    EXPECT_EQ(pickle.Item(pickle.root(), 1).kind, Kind::kNone);
  }
  EXPECT_EQ(Read(PickleOf("\x88")).root().integer, 1);
  EXPECT_EQ(Read(PickleOf("\x89")).root().kind, Kind::kBoolean);
}

TEST(PickleTest, KeepsWhatWouldBeCalledAsAValue) {
  const std::string calls[] = {PickledGlobal("os", "system") + "K\x01\x85R",
                               PickledGlobal("os", "system") + "K\x01\x85\x81",
                               PickledGlobal("os", "system") + "K\x01\x85}\x92",
                               "(" + PickledGlobal("os", "system") + "K\x01o",
                               "(K\x01ios\nsystem\n",
                               PickledText("os") + PickledText("system") + "\x93K\x01\x85R"};
  for (const auto& bytes : calls) {
    const auto pickle = Read(PickleOf(bytes + "}b"));
    EXPECT_EQ(pickle.root().kind, Kind::kObject);
    EXPECT_EQ(pickle.GlobalName(pickle.root()), "os.system");
    EXPECT_EQ(pickle.Item(pickle.At(pickle.root().arguments), 0).integer, 1);
    EXPECT_FALSE(pickle.IsDict(pickle.root()));
  }
}

TEST(PickleTest, SeesAnOrderedDictAsADict) {
  const auto pickle = Read(PickleOf(PickledCall("collections", "OrderedDict", {}) + "K\x01K\x02s}b"));
  EXPECT_TRUE(pickle.IsDict(pickle.root()));
  EXPECT_EQ(pickle.Item(pickle.root(), 1).integer, 2);
}

TEST(PickleTest, RemembersValues) {
  for (const char* bytes : {"K\x07q\x05"
                            "0h\x05",
                            "K\x07r\x05\x01\x01\x01"
                            "0j\x05\x01\x01\x01",
                            "K\x07\x94"
                            "0h\x01",
                            "K\x07"
                            "20"}) {
    const std::string text = bytes;
    const bool is_memoize = text.find('\x94') != std::string::npos;
    // MEMOIZE numbers its values from 0.
    EXPECT_EQ(Read(PickleOf(is_memoize ? std::string("K\x07\x94"
                                                     "0h\0",
                                                     6)
                                       : text))
                  .root()
                  .integer,
              7);
  }
}

TEST(PickleTest, TellsHowLongItWas) { EXPECT_EQ(Read(PickleOf("N") + "more").size(), 4U); }

TEST(PickleTest, TakesListsWithinListsWithoutRecursion) {
  constexpr int deep = 1'000'000;
  const auto pickle = Read(PickleOf(std::string(deep, ']') + std::string(deep - 1, 'a')));
  EXPECT_EQ(pickle.root().items.size(), 1U);
}

TEST(PickleTest, TakesAListThatHoldsItself) {
  const auto pickle = Read(PickleOf(std::string("]q\0h\0a", 6)));
  EXPECT_EQ(&pickle.Item(pickle.root(), 0), &pickle.root());
}

TEST(PickleTest, RefusesWhatIsCutShort) {
  const std::string bytes = PickleOf(PickledDict({{"a", PickledCall("torch", "Size", {"K\x01"})}}));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THAT(Refusal(bytes.substr(0, size)), HasSubstr("p: pickle: it is cut short, at byte")) << size;
  }
  EXPECT_THAT(Refusal(PickleOf("X\xff\xff\xff\xff")), HasSubstr("cut short"));
  EXPECT_THAT(Refusal(PickleOf("\x8d\xff\xff\xff\xff\xff\xff\xff\xff")), HasSubstr("cut short"));
}

TEST(PickleTest, RefusesDamagedOperations) {
  EXPECT_THAT(Refusal(PickleOf("")), HasSubstr("its stack is empty"));
  EXPECT_THAT(Refusal(PickleOf("N(0")), HasSubstr("its stack is empty"));
  EXPECT_THAT(Refusal(PickleOf("Nt")), HasSubstr("a mark is missing"));
  EXPECT_THAT(Refusal(PickleOf("NNa")), HasSubstr("items are put into what is no list"));
  EXPECT_THAT(Refusal(PickleOf("NNNs")), HasSubstr("entries are put into what is no dict"));
  EXPECT_THAT(Refusal(PickleOf("}(Nu")), HasSubstr("a dict's last key has no value"));
  EXPECT_THAT(Refusal(PickleOf("h\x05")), HasSubstr("it recalls what was never memorised"));
  EXPECT_THAT(Refusal(PickleOf("NN\x93")), HasSubstr("a global's name is no string"));
  EXPECT_THAT(Refusal("\x80\x09N."), HasSubstr("its protocol is newer than 5"));
  EXPECT_EQ(Refusal(PickleOf("\x82\x01")), "p: pickle: operation 0x82 is none that torch.save writes, at byte 3");
}

TEST(PickleTest, RefusesMoreValuesThanAnyCheckpointHas) {
  EXPECT_THAT(Refusal(PickleOf(std::string(8'000'001, ')'))), HasSubstr("it holds more than 8000000 values"));
}

}  // namespace
}  // namespace wherefore
