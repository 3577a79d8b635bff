using Stiefel.Cli.People;
using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.Cli.Tests.People;

/// <summary>Finds out from what busctl prints of logind whether a user sits at the laptop.</summary>
public sealed class LocalPeopleTests
{
    private const string Sessions = """
        {"type":"a(susso)","data":[[
          ["7",1000,"ada","seat0","/org/freedesktop/login1/session/_37"],
          ["8",1000,"ada","","/org/freedesktop/login1/session/_38"],
          ["9",1001,"bob","","/org/freedesktop/login1/session/_39"],
          ["c1",113,"gdm","seat0","/org/freedesktop/login1/session/c1"]]]}
        """;

    private readonly Dictionary<string, string> _sessions = new()
    {
        ["/org/freedesktop/login1/session/_37"] = Properties(true, false, "user"),
        ["/org/freedesktop/login1/session/_38"] = Properties(true, true, "user"),
        ["/org/freedesktop/login1/session/_39"] = Properties(true, true, "user"),
        ["/org/freedesktop/login1/session/c1"] = Properties(true, false, "greeter"),
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Name_OfThePersonInFront_IsFound() => Assert.Equal("ada", await NameAsync(1000));

    [Theory]
    [InlineData(false, false, "user")]
    [InlineData(true, true, "user")]
    [InlineData(true, false, "background")]
    [InlineData(true, false, "greeter")]
    public async Task Name_OfASessionInTheBackgroundOrFromFarAway_IsNot(bool active, bool remote, string kind)
    {
        _sessions["/org/freedesktop/login1/session/_37"] = Properties(active, remote, kind);
        Assert.Null(await NameAsync(1000));
    }

    [Theory]
    [InlineData(1001u)] // logged in over the network only
    [InlineData(113u)] // the login screen
    [InlineData(1002u)]
    public async Task Name_OfAnybodyElse_IsNot(uint user) => Assert.Null(await NameAsync(user));

    [Theory]
    [InlineData("")]
    [InlineData("{\"data\":[]}")]
    [InlineData("{\"data\":[[[\"7\",1000]]]}")]
    [InlineData("{\"data\":[[[\"7\",-1,\"ada\",\"seat0\",\"/x\"]]]}")]
    public void Sessions_OfAnythingElse_AreNone(string json) => Assert.Empty(LocalPeople.Sessions(json, 1000));

    [Theory]
    [InlineData("")]
    [InlineData("{\"data\":true}\n{\"data\":false}\n")]
    [InlineData("{\"data\":1}\n{\"data\":false}\n{\"data\":\"user\"}\n")]
    [InlineData("true\nfalse\nuser\n")]
    public void Front_OfAnythingElse_IsNot(string json) => Assert.False(LocalPeople.IsInFront(json));

    [Fact]
    public async Task Name_WithoutLogind_IsNot() => Assert.Null(await new LocalPeople((_, arguments, _, token) => ExternalProgram.RunAsync("/nowhere/busctl", arguments, null, token)).NameAsync(1000, Token));

    private static string Properties(bool active, bool remote, string kind) =>
        $"{{\"type\":\"b\",\"data\":{(active ? "true" : "false")}}}\n{{\"type\":\"b\",\"data\":{(remote ? "true" : "false")}}}\n{{\"type\":\"s\",\"data\":\"{kind}\"}}\n";

    private Task<string?> NameAsync(uint user) => new LocalPeople((_, arguments, _, _) =>
        Task.FromResult(new ExternalProgramOutput(arguments.Contains("ListSessions") ? Sessions : _sessions[arguments[4]], "", 0))).NameAsync(user, Token);
}
