namespace Stiefel.EndToEnd.Native;

/// <summary>Published client and server, a key that does not count, and somebody between them who compares what the server answers.</summary>
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

    /// <summary>Which of them it was, nobody can tell: status, headers and body are the same.</summary>
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

    /// <summary>What was under way with a key that is revoked ends there, whatever the man in the middle kept of it for later.</summary>
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

    /// <summary>A second key, which somebody else has a copy of, until the server takes it.</summary>
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
