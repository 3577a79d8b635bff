using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Deque.AxeCore.Commons;

namespace Stiefel.Server.Tests.Page;

/// <summary>A browser tab, used as a person uses it: by keys, pointer and visible text.</summary>
internal sealed class BrowserTab : IAsyncDisposable
{
    private readonly DevTools _tools;
    private readonly string _session;
    private readonly string _context;

    private BrowserTab(DevTools tools, string session, string context)
    {
        (_tools, _session, _context) = (tools, session, context);
        tools.Hear(session, Heard);
    }

    /// <summary>Every request of the page, to any host.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Errors that the browser or the page's script reported.</summary>
    public ConcurrentQueue<string> Complaints { get; } = new();

    public static async Task<BrowserTab> OpenAsync(DevTools tools)
    {
        var context = Text((await tools.AskAsync("Target.createBrowserContext"))["browserContextId"]);
        var target = Text((await tools.AskAsync("Target.createTarget", new JsonObject { ["url"] = "about:blank", ["browserContextId"] = context }))["targetId"]);
        var session = Text((await tools.AskAsync("Target.attachToTarget", new JsonObject { ["targetId"] = target, ["flatten"] = true }))["sessionId"]);
        var tab = new BrowserTab(tools, session, context);
        foreach (var domain in new[] { "Page", "Network", "Runtime", "Log" })
        {
            await tab.AskAsync($"{domain}.enable");
        }

        return tab;
    }

    public Task GoAsync(Uri address) => AskAsync("Page.navigate", new JsonObject { ["url"] = address.ToString() });

    public Task ReloadAsync() => AskAsync("Page.reload");

    /// <param name="width">In CSS pixels.</param>
    /// <param name="height">In CSS pixels.</param>
    /// <param name="isPhone">True for a touch screen with the pixel density of a phone.</param>
    public Task SetSizeAsync(int width, int height, bool isPhone = false) => AskAsync(
        "Emulation.setDeviceMetricsOverride", new JsonObject { ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = isPhone ? 2 : 1, ["mobile"] = isPhone });

    /// <param name="scheme">`light` or `dark`.</param>
    public Task SetSystemThemeAsync(string scheme) => AskAsync(
        "Emulation.setEmulatedMedia", new JsonObject { ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = scheme }) });

    /// <summary>Evaluates an expression in the page.</summary>
    public async Task<JsonNode?> ValueAsync(string expression)
    {
        var told = await AskAsync("Runtime.evaluate", new JsonObject { ["expression"] = expression, ["returnByValue"] = true, ["awaitPromise"] = true });
        return told["exceptionDetails"] is { } thrown ? throw new InvalidOperationException($"{expression}: {thrown}") : told["result"]!["value"];
    }

    /// <summary>The visible text of an element; empty if there is none.</summary>
    public async Task<string> TextAsync(string selector) => Text(await ValueAsync($"document.querySelector({Quote(selector)})?.innerText ?? ''"));

    /// <summary>Waits until an expression is true.</summary>
    public async Task WaitForAsync(string expression)
    {
        using var limit = new CancellationTokenSource(TimeLimit.Seconds(30));
        while (!await IsTrueAsync(expression))
        {
            if (limit.IsCancellationRequested)
            {
                Assert.Fail($"never became true: {expression}\n{string.Join('\n', Complaints)}\n{await TextAsync("body")}");
            }

            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    public Task WaitForTextAsync(string selector, string text) => WaitForAsync($"document.querySelector({Quote(selector)})?.innerText?.includes({Quote(text)})");

    /// <summary>Clicks the middle of an element; fails if something covers it.</summary>
    public async Task ClickAsync(string selector)
    {
        await WaitForAsync($"document.querySelector({Quote(selector)})?.getClientRects().length > 0");
        var place = (await ValueAsync(
            $"(() => {{ const node = document.querySelector({Quote(selector)}); node.scrollIntoView({{ block: 'center' }}); const box = node.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; }})()"))!;
        foreach (var kind in new[] { "mousePressed", "mouseReleased" })
        {
            await AskAsync("Input.dispatchMouseEvent", new JsonObject
            {
                ["type"] = kind, ["x"] = place[0]!.DeepClone(), ["y"] = place[1]!.DeepClone(), ["button"] = "left", ["clickCount"] = 1,
            });
        }
    }

    public Task TypeAsync(string text) => AskAsync("Input.insertText", new JsonObject { ["text"] = text });

    /// <param name="key">`Enter`, `Escape`, `Tab`.</param>
    /// <param name="code">The Windows virtual key code, which the protocol uses.</param>
    public async Task PressAsync(string key, int code)
    {
        await AskAsync("Input.dispatchKeyEvent", new JsonObject
        {
            ["type"] = "keyDown", ["key"] = key, ["code"] = key, ["windowsVirtualKeyCode"] = code, ["text"] = key == "Enter" ? "\r" : "",
        });
        await AskAsync("Input.dispatchKeyEvent", new JsonObject { ["type"] = "keyUp", ["key"] = key, ["code"] = key, ["windowsVirtualKeyCode"] = code });
    }

    /// <summary>Saves a picture of the page in artifacts/pictures.</summary>
    /// <param name="name">The file's name.</param>
    /// <param name="isWhole">True for the whole page, false for the part that fits the window.</param>
    public async Task PictureAsync(string name, bool isWhole = false)
    {
        var picture = await AskAsync("Page.captureScreenshot", new JsonObject { ["format"] = "png", ["captureBeyondViewport"] = isWhole });
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Stiefel.sln")))
        {
            root = root.Parent ?? throw new InvalidOperationException("the checkout is not found");
        }

        var pictures = Directory.CreateDirectory(Path.Combine(root.FullName, "artifacts", "pictures"));
        await File.WriteAllBytesAsync(Path.Combine(pictures.FullName, name), Convert.FromBase64String(Text(picture["data"])), TestContext.Current.CancellationToken);
    }

    /// <summary>The findings of axe, an accessibility checker: one line each, with what and where.</summary>
    public async Task<string> AxeAsync()
    {
        await ValueAsync(new BundledAxeScriptProvider().GetScript() + "; true");
        var found = await ValueAsync("axe.run(document).then(told => told.violations.map(one => `${one.id}: ${one.help} (${one.nodes.map(node => node.target + ' ' + node.failureSummary).join('; ')})`))");
        return string.Join('\n', found!.AsArray().Select(Text));
    }

    public async ValueTask DisposeAsync() => await _tools.AskAsync("Target.disposeBrowserContext", new JsonObject { ["browserContextId"] = _context });

    private static string Text(JsonNode? node) => node!.GetValue<string>();

    private static string Quote(string text) => JsonValue.Create(text).ToJsonString();

    // While a page is being loaded it has no document for a moment, or not yet the element that is asked about.
    private async Task<bool> IsTrueAsync(string expression)
    {
        try
        {
            return (await ValueAsync($"!!({expression})"))!.GetValue<bool>();
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private Task<JsonObject> AskAsync(string method, JsonObject? parameters = null) => _tools.AskAsync(method, parameters, _session);

    private void Heard(string method, JsonObject told)
    {
        switch (method)
        {
            case "Network.requestWillBeSent":
                Requests.Enqueue(Text(told["request"]!["url"]));
                break;
            case "Runtime.exceptionThrown":
            case "Log.entryAdded" when Text(told["entry"]!["level"]) != "verbose":
                Complaints.Enqueue(told.ToJsonString());
                break;
            default:
                break;
        }
    }
}
