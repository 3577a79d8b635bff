using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Stiefel.Server.Tests.Screen;

/// <summary>A pseudo-terminal whose other end is this test, which reads what is written on it and types its keys. It is made by python3, which has the system calls.</summary>
internal sealed partial class PseudoTerminal : IAsyncDisposable
{
    private const string Script = """
        import os, pty, select, sys
        master, slave = pty.openpty()
        print(os.ttyname(slave), flush=True)
        while True:
            for ready in select.select([master, 0], [], [])[0]:
                data = os.read(ready, 65536)
                if not data:
                    sys.exit()
                os.write(1 if ready == master else master, data)
        """;

    private readonly Process _python;
    private readonly StringBuilder _seen = new();

    private PseudoTerminal(Process python, string path) => (_python, Path) = (python, path);

    public string Path { get; }

    public string Seen
    {
        get
        {
            lock (_seen)
            {
                return _seen.ToString();
            }
        }
    }

    public static async Task<PseudoTerminal> OpenAsync()
    {
        var python = Process.Start(new ProcessStartInfo("python3", ["-u", "-c", Script]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var terminal = new PseudoTerminal(python, (await python.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!);
        _ = Task.Run(terminal.ReadAsync, CancellationToken.None);
        return terminal;
    }

    public Task TypeAsync(string keys)
    {
        _python.StandardInput.Write(keys);
        return _python.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Waits until this text is written; text that was written before does not count.</summary>
    public async Task WaitForAsync(string text)
    {
        lock (_seen)
        {
            _seen.Clear();
        }

        using var limit = new CancellationTokenSource(TimeLimit.Seconds(30));
        while (!Seen.Contains(text, StringComparison.Ordinal))
        {
            Assert.False(limit.IsCancellationRequested, Seen);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>The rows of the next whole picture, without what only directs the terminal.</summary>
    public async Task<IReadOnlyList<string>> RowsAsync()
    {
        await WaitForAsync("\u001b7");
        using var limit = new CancellationTokenSource(TimeLimit.Seconds(30));
        Match picture;
        while (!(picture = Picture().Match(Seen)).Success)
        {
            await Task.Delay(20, limit.Token);
        }

        List<string> rows = [.. Row().Matches(picture.Value).Select(match => match.Groups[1].Value)];
        var width = rows.Max(row => row.Length);
        return [.. rows.Select(row => row.PadRight(width))];
    }

    public async ValueTask DisposeAsync()
    {
        _python.Kill();
        await _python.WaitForExitAsync(CancellationToken.None);
        _python.Dispose();
    }

    [GeneratedRegex(@"\x1b7.*?\x1b8", RegexOptions.Singleline)]
    private static partial Regex Picture();

    [GeneratedRegex(@"\x1b\[\d+;1H\x1b\[[01]m(.*?)\x1b\[K")]
    private static partial Regex Row();

    private async Task ReadAsync()
    {
        var buffer = new char[4096];
        while (await _python.StandardOutput.ReadAsync(buffer, CancellationToken.None) is > 0 and var length)
        {
            lock (_seen)
            {
                _seen.Append(buffer, 0, length);
            }
        }
    }
}
