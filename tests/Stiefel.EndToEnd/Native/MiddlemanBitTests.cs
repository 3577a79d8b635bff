namespace Stiefel.EndToEnd.Native;

/// <summary>Tests the published client and server with a man in the middle who changes, truncates or breaks their messages.</summary>
public sealed class MiddlemanBitTests(MiddlemanStage stage) : IClassFixture<MiddlemanStage>
{
    private readonly Middleman _middle = stage.Middle;

    public static TheoryData<string> Messages => [.. MiddlemanStage.Messages];

    /// <summary>Without an attack the boot succeeds, and sends only messages that the other tests attack.</summary>
    [Fact]
    public void Boot_PassedOnUnchanged_AsksForTheKnownMessagesOnly()
    {
        var boot = stage.Run("/v1/export", _middle.ForwardAsync);
        Assert.Equal(0, boot.ExitCode);
        Assert.EndsWith("stopped before loading, as asked by --until-loading", boot.Output);
        Assert.Equal(MiddlemanStage.Messages, _middle.Requests.Select(asked => asked.Path));
        Assert.All(_middle.Answers, answer => Assert.Equal(200, answer.Status));

        stage.AssertServes();
        Assert.Equal(MiddlemanStage.Fetched, _middle.Requests.Select(asked => asked.Path));
    }

    /// <summary>The server refuses every changed request, and then still accepts the genuine one.</summary>
    [Theory]
    [MemberData(nameof(Messages))]
    public void Request_AnyByteFlippedCutOffOrAdded_IsAStrangers(string path)
    {
        var run = stage.Run(path, async asked =>
        {
            for (var at = 0; at < asked.Body.Length; at++)
            {
                await AssertStrangerAsync(asked with { Body = MiddlemanBytes.Flip(asked.Body, at, 1 << (at % 8)) });
                await AssertStrangerAsync(asked with { Body = asked.Body[..at] });
            }

            await AssertStrangerAsync(asked with { Body = [.. asked.Body, 0] });
            return await _middle.ForwardAsync(asked);
        });

        Assert.True(run.ExitCode == 0, run.Output);
        stage.AssertServes();
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Request_ABitOfAnyFieldFlipped_EndsTheBoot(string path)
    {
        foreach (var at in MiddlemanBytes.FieldsOfRequest(path, Recorded(path).Asked.Body))
        {
            stage.AssertRefused(path, async asked => await _middle.SendAsync(asked with { Body = MiddlemanBytes.Flip(asked.Body, at) }), $"byte {at} of the request");
        }

        stage.AssertServes();
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Answer_ABitOfAnyFieldFlipped_IsRefused(string path)
    {
        foreach (var at in MiddlemanBytes.FieldsOfAnswer(path, Recorded(path).Answered.Body))
        {
            AssertAnswerRefused(path, answer => answer with { Body = MiddlemanBytes.Flip(answer.Body, at, at % 2 == 0 ? 0x80 : 1) }, $"byte {at} of the answer");
        }

        stage.AssertServes();
    }

    /// <summary>Tests every byte where the test above samples some, for the two answers that are small enough for one boot per byte.</summary>
    [Theory]
    [Trait("Needs", "long")]
    [InlineData(MiddlemanBytes.Hello)]
    [InlineData("/v1/export")]
    public void Answer_AnyByteFlipped_IsRefused(string path)
    {
        for (int at = 0, length = Recorded(path).Answered.Body.Length; at < length; at++)
        {
            AssertAnswerRefused(path, answer => answer with { Body = MiddlemanBytes.Flip(answer.Body, at, 1 << (at % 8)) }, $"byte {at} of the answer");
        }

        stage.AssertServes();
    }

    /// <summary>Cuts answers in two ways: with a matching length in the HTTP header, which only our protocol can notice, and by breaking the connection.</summary>
    [Theory]
    [MemberData(nameof(Messages))]
    public void Answer_CutInAnySegment_IsRefused(string path)
    {
        foreach (var length in MiddlemanBytes.CutsOfAnswer(path, Recorded(path).Answered.Body))
        {
            AssertAnswerRefused(path, answer => answer with { Body = answer.Body[..length] }, $"cut after {length}");
            AssertAnswerRefused(path, answer => answer with { Body = answer.Body[..length], Missing = answer.Body.Length - length }, $"broken off after {length}");
        }

        AssertAnswerRefused(path, answer => answer with { Body = [.. answer.Body, 0] }, "a byte more");
        stage.AssertServes();
    }

    /// <summary>There is only one version: both sides refuse older and newer ones.</summary>
    [Theory]
    [MemberData(nameof(Messages))]
    public void Version_AnyOther_IsRefusedByBothSides(string path)
    {
        foreach (var version in (int[])[0, 2, 255])
        {
            stage.AssertRefused(path, async asked =>
            {
                var answer = await _middle.SendAsync(asked with { Body = MiddlemanBytes.Flip(asked.Body, 4, version ^ 1) });
                Assert.Equal((403, 0), (answer.Status, answer.Body.Length));
                return answer;
            }, $"request of version {version}");
            AssertAnswerRefused(path, answer => answer with { Body = MiddlemanBytes.Flip(answer.Body, 4, version ^ 1) }, $"answer of version {version}");
        }

        stage.AssertServes();
    }

    private (Asked Asked, Answered Answered) Recorded(string path)
    {
        Assert.Equal(0, stage.Run(path, _middle.ForwardAsync).ExitCode);
        return _middle.Requests.Zip(_middle.Answers).Single(exchange => exchange.First.Path == path);
    }

    private void AssertAnswerRefused(string path, Func<Answered, Answered> change, string what) =>
        stage.AssertRefused(path, async asked => change((await _middle.ForwardAsync(asked))!), what);

    private async Task AssertStrangerAsync(Asked asked)
    {
        var answer = await _middle.SendAsync(asked);
        Assert.Equal((403, 0), (answer.Status, answer.Body.Length));
    }
}
