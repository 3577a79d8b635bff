using System.Net.Sockets;
using Stiefel.Cli.People;
using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.Cli.Tests.People;

/// <summary>The socket at which people are warned: who is told, who is heard, and until when. The test itself is root's, which is always asked.</summary>
public sealed class PeopleNoticeTests : IDisposable
{
    private const uint Nobody = 65534;
    private const string Text = "a desktop calls";

    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(20);

    private readonly TemporaryDirectory _directory = new();
    private readonly List<uint> _lookups = [];
    private string? _name = "ada";

    public PeopleNoticeTests() => File.SetUnixFileMode(_directory.Path, (UnixFileMode)0b111_101_101);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Socket => _directory["leaving"];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task NotNow_OfAPersonAtTheLaptop_IsHeardAndAnswered()
    {
        await using var notice = Begin();
        var person = AsAsync(Nobody, "not-now");
        await RefusedAsync(notice);
        Assert.Equal("ada", notice.RefusedBy);
        Assert.False(notice.TryDecide());
        notice.Say("ada said no");
        Assert.Matches($"^warning (20|19|1.) {Text}\nstays ada said no\n$", await person);
        Assert.Equal([Nobody, Nobody], _lookups);
    }

    [Fact]
    public async Task NotNow_OfSomebodyElse_IsNeitherToldNorHeard()
    {
        _name = null;
        await using var notice = Begin();
        Assert.Equal("refused only people who sit at this laptop are asked, and root\n", await AsAsync(Nobody, "not-now"));
        Assert.Null(notice.RefusedBy);
        Assert.True(notice.TryDecide());
    }

    [Fact]
    public async Task NotNow_OfAPersonWhoLeftTheSeatMeanwhile_IsNotHeard()
    {
        await using var notice = Begin(afterFirst: null);
        var person = AsAsync(Nobody, "not-now");
        await Until.TrueAsync(() => _lookups.Count >= 2);

        Assert.True(notice.TryDecide());
        notice.Say(null);
        Assert.EndsWith("leaves\n", await person, StringComparison.Ordinal);
        Assert.Null(notice.RefusedBy);
    }

    [Fact]
    public async Task NotNow_AfterTheLaptopDecided_IsTooLate()
    {
        await using var notice = Begin();
        Assert.True(notice.TryDecide());
        notice.Say(null);
        Assert.EndsWith("leaves\n", await AsAsync(Nobody, "not-now"), StringComparison.Ordinal);
        Assert.Null(notice.RefusedBy);
        Assert.False(notice.Refused.IsCancellationRequested);
    }

    [Fact]
    public async Task Words_OtherThanNotNow_AreNotHeard()
    {
        await using var notice = Begin();
        Assert.DoesNotContain("stays", await AsAsync(Nobody, "not-yet"), StringComparison.Ordinal);
        Assert.DoesNotContain("stays", await AsAsync(Nobody, "not-now-or-never"), StringComparison.Ordinal);
        Assert.Null(notice.RefusedBy);
    }

    [Fact]
    public async Task Connections_OfAProgramThatComesAgainAndAgain_CostLittleAndKeepNobodyOut()
    {
        _name = null;
        await using var notice = Begin();
        Assert.Equal(30, (await AsAsync(Nobody, "", times: 30)).Split('\n').Count(line => line.StartsWith("refused", StringComparison.Ordinal)));
        Assert.InRange(_lookups.Count, 1, 8);

        // Root is asked without logind.
        using var root = await PersonsSide.ConnectAsync(Socket, Token);
        Assert.Equal("warning", (await root!.ReadAsync(Token))?.Word);
        await root.RefuseAsync(Token);
        await RefusedAsync(notice);
        Assert.Equal("root", notice.RefusedBy);
    }

    [Fact]
    public async Task Socket_IsThereOnlyMeanwhileAndReplacesADeadOneOnly()
    {
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            dead.Bind(new UnixDomainSocketEndPoint(Socket));
        }

        await using (Begin())
        {
            Assert.Equal((UnixFileMode)0b110_110_110, File.GetUnixFileMode(Socket));
            Assert.Throws<SocketException>(() => Begin());
        }

        Assert.False(File.Exists(Socket));
        Assert.Null(await PersonsSide.ConnectAsync(Socket, Token));
        File.WriteAllText(Socket, "no socket");
        Assert.Throws<SocketException>(() => Begin());
        Assert.Equal("no socket", File.ReadAllText(Socket));
    }

    [Fact]
    public void Socket_InADirectoryThatOthersCanWrite_IsNotMade()
    {
        File.SetUnixFileMode(_directory.Path, (UnixFileMode)0b111_111_111);
        Assert.Throws<IOException>(() => Begin());
    }

    private PeopleNotice Begin() => Begin(_name);

    private PeopleNotice Begin(string? afterFirst) => PeopleNotice.Begin(Socket, Text, s_grace, (user, _) =>
    {
        _lookups.Add(user);
        return Task.FromResult(_lookups.Count == 1 ? _name : afterFirst);
    });

    private static async Task RefusedAsync(PeopleNotice notice)
    {
        var cancelled = new TaskCompletionSource();
        using var registration = notice.Refused.Register(cancelled.SetResult);
        await cancelled.Task.WaitAsync(TimeLimit.Seconds(20), Token);
    }

    /// <summary>Connects as another user, says a word once it was spoken to, and returns all that it was told.</summary>
    private async Task<string> AsAsync(uint user, string word, int times = 1)
    {
        const string Program = """
            import socket, sys
            for _ in range(int(sys.argv[3])):
                s = socket.socket(socket.AF_UNIX)
                s.connect(sys.argv[1])
                said = s.recv(4096)
                sys.stdout.write(said.decode())
                if sys.argv[2] and said.startswith(b"warning"):
                    try:
                        s.sendall(sys.argv[2].encode() + b"\n")
                    except BrokenPipeError:
                        pass # the laptop has decided
                    while said := s.recv(4096):
                        sys.stdout.write(said.decode())
                s.close()
            """;
        return (await ExternalProgram.RunAsync(
            "setpriv", [$"--reuid={user}", $"--regid={user}", "--clear-groups", "/usr/bin/python3", "-c", Program, Socket, word, $"{times}"],
            new ExternalProgramOptions { Timeout = TimeLimit.Seconds(30) }, Token)).Text;
    }
}
