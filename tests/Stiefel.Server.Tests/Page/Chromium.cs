using System.Diagnostics;
using Stiefel.Linux.Tests;

namespace Stiefel.Server.Tests.Page;

/// <summary>Debian's Chromium without a window. It can reach only this machine's loopback.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private readonly TemporaryDirectory _profile = new();
    private Process? _process;

    /// <summary>The connection that opens and drives its tabs.</summary>
    internal DevTools Tools { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var start = new ProcessStartInfo("chromium",
        [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run", "--no-default-browser-check", "--disable-extensions",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
            "--remote-debugging-port=0", $"--user-data-dir={_profile.Path}", "about:blank",
        ])
        {
            RedirectStandardError = true, RedirectStandardOutput = true,
        };
        start.Environment["HOME"] = _profile.Path;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        using var limit = new CancellationTokenSource(TimeLimit.Seconds(60));
        Tools = await DevTools.ConnectAsync(await AddressAsync(_process.StandardError, limit.Token), limit.Token);

        // Keep reading its output, or a full pipe would stop it.
        _ = _process.StandardError.ReadToEndAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        Tools?.Dispose();
        if (_process is { } process)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
        }

        _profile.Dispose();
    }

    /// <summary>Opens a tab that shares no storage and no cookies with any other.</summary>
    internal Task<BrowserTab> OpenAsync() => BrowserTab.OpenAsync(Tools);

    private static async Task<Uri> AddressAsync(StreamReader error, CancellationToken token)
    {
        const string Said = "DevTools listening on ";
        var lines = new List<string>();
        while (await error.ReadLineAsync(token) is { } line)
        {
            if (line.StartsWith(Said, StringComparison.Ordinal))
            {
                return new Uri(line[Said.Length..]);
            }

            lines.Add(line);
        }

        throw new InvalidOperationException($"chromium did not start: {string.Join('\n', lines)}");
    }
}
