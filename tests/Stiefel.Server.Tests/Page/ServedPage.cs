using Stiefel.Protocol.Certificates;
using Stiefel.Server.Tests.Hosting;
using Stiefel.Server.Tests.Return;

namespace Stiefel.Server.Tests.Page;

/// <summary>A laptop on battery that serves a desktop, and a browser tab on its status page.</summary>
internal sealed class ServedPage : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private Task _use = Task.CompletedTask;

    private ServedPage(Returning laptop, Desktop desktop, NbdPeer disk, BrowserTab tab, string token)
    {
        (Laptop, Desktop, Disk, Tab, Token) = (laptop, desktop, disk, tab, token);
    }

    public Returning Laptop { get; }

    public Desktop Desktop { get; }

    public NbdPeer Disk { get; }

    public BrowserTab Tab { get; }

    public string Token { get; }

    public Uri Address => new UriBuilder(Laptop.Server.Admin) { Host = "localhost" }.Uri;

    /// <param name="chromium">The browser.</param>
    /// <param name="files">The laptop's files.</param>
    public static async Task<ServedPage> StartAsync(Chromium chromium, ServerFiles files)
    {
        Write(files, "AC/type", "Mains");
        Write(files, "AC/online", "0");
        Write(files, "BAT0/type", "Battery");
        Write(files, "BAT0/status", "Discharging");
        Write(files, "BAT0/capacity", "64");
        var laptop = await Returning.StartAsync(
            files, marks: 0, ownSystemRan: true, "--Boot:Laptop", "thinkpad", "--Power:Supplies", files.Path("power"), "--Power:Lights", files.Path("leds"), "--Power:Inputs", files.Path("inputs"), "--Power:Beep", "true");
        var desktop = await Desktop.ShakeHandsAsync(laptop.Server, files.Key);
        await desktop.RequestDiskAsync();
        var disk = laptop.Server.Connect(desktop.ExportName)!;
        return new ServedPage(laptop, desktop, disk, await chromium.OpenAsync(), AdminToken.For(files.Key));
    }

    /// <summary>Opens the page and types the token.</summary>
    /// <param name="keep">How long the browser remembers the token: `page`, `tab`, `browser`.</param>
    public async Task SignInAsync(string keep = "page")
    {
        await Tab.GoAsync(Address);
        await Tab.ClickAsync("#token");
        await Tab.TypeAsync(Token);
        await Tab.ClickAsync($"input[value={keep}]");
        await Tab.ClickAsync("#enter button");
        await Tab.WaitForTextAsync("#headline", "Serving stick");
    }

    /// <summary>Lets the desktop read and write in the background, at a changing rate.</summary>
    public void UseDisk() => _use = Task.Run(() =>
    {
        var block = new byte[1 << 18];
        for (var round = 0; !_end.IsCancellationRequested; round++)
        {
            Disk.Read((ulong)(round % 8) << 18, block.Length);
            if (round % 3 == 0)
            {
                Disk.WriteUnflushed((ulong)(round % 8) << 18, block);
            }

            _end.Token.WaitHandle.WaitOne(4 + (int)(10 * (1 + Math.Sin(round / 90.0))));
        }
    });

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _use.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
        Disk.Dispose();
        Desktop.Dispose();
        await Tab.DisposeAsync();
        await Laptop.DisposeAsync();
    }

    private static void Write(ServerFiles files, string name, string text)
    {
        var path = files.Path("power/" + name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
