using System.Net.Sockets;
using System.Text;
using Stiefel.Cli.Tests;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Runs;
using Xunit;

namespace Stiefel.Machines.Tests.Consoles;

/// <summary>Tests the reading of a command's output from a console on which the kernel prints, too.</summary>
public sealed class ConsoleShellTests
{
    private const string Message = "[  205.923328] block nbd0: Receive control failed (result -32)\n";

    [Theory]
    [InlineData("<begin-1>\nword\n<end-1:0>\n", "word", 0)]
    [InlineData($"<begin-1>{Message}\nword\n<end-1:0>\n", "word", 0)]
    [InlineData($"<be{Message}gin-1>\nword\n<end-1:127>\n", "word", 127)]
    [InlineData($"<begin-1>\nword\n<end{Message}-1:0>\n", "word", 0)]
    [InlineData($"<begin-1>\n<end-1:1{Message}2{Message}{Message}>\n", "", 12)]
    [InlineData($"<begin-1>\nword\n<end-1:3>{Message}\n", "word", 3)]
    [InlineData($"<begin-1>\n{Message}<end-1:0>\n", "[  205.923328] block nbd0: Receive control failed (result -32)", 0)]
    public async Task Command_WhoseMarkersAreTornByTheKernel_IsRead(string printed, string text, int code)
    {
        var token = TestContext.Current.CancellationToken;
        using var directory = new TemporaryDirectory();
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(directory.Path, "console")));
        listener.Listen();
        using var machine = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await machine.ConnectAsync(listener.LocalEndPoint!, token);
        await using var console = new SerialConsole("machine", await listener.AcceptAsync(token), new ConsoleLog(Path.Combine(directory.Path, "log"), new RunClock()), (_, _) => { });

        await machine.SendAsync(Encoding.ASCII.GetBytes("ready-42\n"), token);
        var shell = await ConsoleShell.OverPromptAsync("machine", console, token);
        await machine.SendAsync(Encoding.ASCII.GetBytes(printed), token);

        Assert.Equal(new ConsoleOutput(text, code), await shell.TryRunAsync("true", token));
    }
}
