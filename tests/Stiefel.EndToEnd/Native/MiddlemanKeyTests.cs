namespace Stiefel.EndToEnd.Native;

/// <summary>Tests the published client and server with keys that are unknown or revoked, and a man in the middle who compares the server's answers.</summary>
public sealed class MiddlemanKeyTests : IClassFixture<MiddlemanStage>
{
    private const string Lost = "keys/lost.key";
    private const string Copy = "lost.key";
    private static readonly TimeSpan s_limit = TimeLimit.Seconds(10);

    private readonly MiddlemanStage _stage;
    private readonly Middleman _middle;
    private readonly List<Answered> _seen = [];

    public MiddlemanKeyTests(MiddlemanStage stage)
    {
        _stage = stage;
        _middle = stage.Middle;
        stage.Files.KeyDirectory("foreign", "stick");
    }

    /// <summary>The answer does not tell what was wrong: status, headers and body are the same.</summary>
    [Fact]
    public async Task Stranger_WrongKeyRevokedKeyDamageOrReplay_GetsTheSameAnswer()
    {
        Fetch("foreign/stick.key");
        await AddLostKeyAsync();
        Revoke();
        Fetch(Copy);

        Assert.Equal(0, _stage.Run("/v1/export", _middle.ForwardAsync).ExitCode);
        foreach (var asked in _middle.Requests.ToArray())
        {
            _seen.Add(await _middle.SendAsync(asked));
            _seen.Add(await _middle.SendAsync(asked with { Body = MiddlemanBytes.Flip(asked.Body, 0) }));
            _seen.Add(await _middle.SendAsync(asked with { Body = MiddlemanBytes.Flip(asked.Body, asked.Body.Length - 1) }));
            _seen.Add(await _middle.SendAsync(asked with { Body = [] }));
        }

        Assert.All(_seen, answer => Assert.Equal((403, 0, _seen[0].Headers), (answer.Status, answer.Body.Length, answer.Headers)));
        _stage.AssertServes();
    }

    /// <summary>A request that was held back while its key is revoked is refused.</summary>
    [Theory]
    [InlineData(MiddlemanBytes.Hello)]
    [InlineData("/v1/kernel")]
    [InlineData("/v1/initrd")]
    [InlineData("/v1/modules")]
    [InlineData("/v1/export")]
    public async Task Request_HeldBackUntilItsKeyIsRevoked_IsAStrangers(string path)
    {
        await AddLostKeyAsync();
        _stage.AssertRefused(path, async asked =>
        {
            Revoke();
            var answer = await _middle.SendAsync(asked);
            Assert.Equal((403, 0), (answer.Status, answer.Body.Length));
            return answer;
        }, "key revoked", Copy);
        _stage.AssertServes();
    }

    private void Fetch(string key) => _stage.AssertRefused(MiddlemanBytes.Hello, async asked =>
    {
        _seen.Add(await _middle.SendAsync(asked));
        return _seen[^1];
    }, key, key);

    /// <summary>Adds a second key, keeps a copy of its file, and waits until the server accepts it.</summary>
    private async Task AddLostKeyAsync()
    {
        NativeProcess.Run(0, NativeProcess.Binary("stiefel"), "key", "new", "lost", "--directory", _stage.Files["keys"]);
        File.Copy(_stage.Files[Lost], _stage.Files[Copy], overwrite: true);
        using var limit = new CancellationTokenSource(s_limit);
        while (_stage.Run("", _middle.ForwardAsync, Lost).ExitCode != 0)
        {
            await Task.Delay(20, limit.Token);
        }
    }

    private void Revoke()
    {
        var before = Count();
        NativeProcess.Run(0, NativeProcess.Binary("stiefel"), "key", "revoke", "lost", "--yes", "--directory", _stage.Files["keys"]);
        Assert.True(SpinWait.SpinUntil(() => Count() > before, s_limit), _stage.Server.Output);
    }

    private int Count() => _stage.Server.Output.Split('\n').Count(line => line.Contains("key lost is no longer accepted", StringComparison.Ordinal));
}
