using System.Net;

namespace Stiefel.EndToEnd.Native;

/// <summary>Tests the published client and two servers with a man in the middle who relays the desktop's requests to the other laptop.</summary>
public sealed class MiddlemanRelayTests : IClassFixture<MiddlemanStage>, IDisposable
{
    private static readonly IPEndPoint s_other = MiddlemanStage.OtherLaptop;

    private readonly MiddlemanStage _stage;
    private readonly Middleman _middle;
    private NativeProcess? _otherServer;

    public MiddlemanRelayTests(MiddlemanStage stage)
    {
        _stage = stage;
        _middle = stage.Middle;
        stage.Files.KeyDirectory("foreign", "stick");
    }

    public static TheoryData<string> Sealed => [.. MiddlemanStage.Messages[1..]];

    // Free the address, because the next test's other laptop uses it too.
    public void Dispose() => _otherServer?.Kill();

    [Fact]
    public void Boot_LedToALaptopOfAnotherKey_EndsThere()
    {
        _otherServer = _stage.Serve("other", "foreign", s_other);
        _stage.AssertRefused(MiddlemanBytes.Hello, ToOther, "led to a laptop of another key");
        Assert.DoesNotContain("phase session", _otherServer.Output, StringComparison.Ordinal);
        _stage.AssertServes();
    }

    /// <summary>A session belongs to one laptop even if another has the same key: the other refuses each request, even if it knows the session's hello.</summary>
    [Theory]
    [MemberData(nameof(Sealed))]
    public void Request_LedToAnotherLaptopOfTheSameKey_IsAStrangers(string path)
    {
        _otherServer = _stage.Serve("other", "keys", s_other);
        _stage.AssertRefused(path, ToOther, "led away");
        _stage.AssertRefused(path, async asked =>
        {
            // Give the other laptop the hello as well.
            Assert.Equal(200, (await _middle.SendAsync(_middle.Requests.First(), s_other)).Status);
            return await ToOther(asked);
        }, "led away to where the hello went, too");
        Assert.DoesNotContain("phase session", _otherServer.Output, StringComparison.Ordinal);
        _stage.AssertServes();
    }

    /// <summary>Any laptop with the key belongs to its owner, so the desktop may boot from either; but it must never mix files of two.</summary>
    [Fact]
    public void Boot_LedToAnotherLaptopOfTheSameKey_GetsAllFromThereOrNothing()
    {
        _otherServer = _stage.Serve("other", "keys", s_other);
        _stage.AssertRefused(MiddlemanBytes.Hello, ToOther, "the hello only");
        _stage.AssertRefused(MiddlemanBytes.Hello, async asked =>
        {
            Assert.Equal(200, (await _middle.SendAsync(asked)).Status);
            return await ToOther(asked);
        }, "the hello to both, the other's answer");

        _stage.AssertFetched(_stage.Run(MiddlemanStage.Everything, ToOther), "other");
        _stage.AssertServes();
    }

    private async Task<Answered?> ToOther(Asked asked) => await _middle.SendAsync(asked, s_other);
}
