using Stiefel.Cli.Autokexec;
using Xunit;

namespace Stiefel.Cli.Tests.Autokexec;

public class InhibitorsTests
{
    /// <summary>Reads the output of `busctl --json=short`. Inhibitors that only delay, or block something other than a shutdown, are ignored.</summary>
    [Fact]
    public void Read_OfLogind_NamesThoseThatBlockAShutdown() => Assert.Equal(
        ["apt (process 4711) inhibits shutdown: packages are being installed", "burner? (process 12) inhibits shutdown: a disc is written"],
        Inhibitors.Read("""
            {"type":"a(ssssuu)","data":[[
              ["sleep","NetworkManager","NetworkManager needs to turn off networks","delay",0,539],
              ["handle-power-key:handle-lid-switch","gnome","GNOME handles them","block",1000,900],
              ["shutdown:sleep","apt","packages are being installed","block",0,4711],
              ["idle:shutdown","burner\u0007","a disc\nis written","block",1000,12],
              ["shutdown","wary","only for people","block-weak",1000,13]]]}
            """).Select(one => one.ToString()));

    [Theory]
    [InlineData("")]
    [InlineData("running\n")]
    [InlineData("{}")]
    [InlineData("{\"data\":[]}")]
    [InlineData("{\"data\":[[[\"shutdown\"]]]}")]
    [InlineData("{\"data\":[[[\"shutdown\",\"a\",\"b\",\"block\",0,-1]]]}")]
    [InlineData("{\"data\":[[[\"shutdown\",1,\"b\",\"block\",0,1]]]}")]
    public void Read_AnythingElse_NamesNobody(string text) => Assert.Empty(Inhibitors.Read(text));
}
