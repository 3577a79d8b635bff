using Xunit;

namespace Stiefel.CommandLine.Tests;

public sealed class JsonLineTests
{
    [Fact]
    public void Object_OfAllKinds_IsOneLine() => Assert.Equal(
        "{\"text\":\"a \\\"b\\\"\\n\\u0007 …\",\"none\":null,\"yes\":true,\"int\":-1,\"long\":9007199254740993,\"list\":[\"x\",{\"inner\":[]}]}",
        JsonLine.Of(
            ("text", "a \"b\"\n\a …"), ("none", null), ("yes", true), ("int", -1), ("long", 9007199254740993L),
            ("list", new object[] { "x", new (string, object?)[] { ("inner", Array.Empty<string>()) } })));

    [Fact]
    public void Value_OfAnotherKind_IsADefect() => Assert.Throws<ArgumentException>(() => JsonLine.Of(("x", 1.5)));
}
