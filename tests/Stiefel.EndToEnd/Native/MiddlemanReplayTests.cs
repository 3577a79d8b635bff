namespace Stiefel.EndToEnd.Native;

/// <summary>Tests the published client and server with a man in the middle who replays messages, or sends them to the wrong path.</summary>
public sealed class MiddlemanReplayTests(MiddlemanStage stage) : IClassFixture<MiddlemanStage>
{
    private readonly Middleman _middle = stage.Middle;

    public static TheoryData<string> Messages => [.. MiddlemanStage.Messages];

    public static TheoryData<string> Files => ["/v1/kernel", "/v1/initrd"];

    /// <summary>Replays a boot's requests at once, after another boot, and to a restarted server that remembers nothing.</summary>
    [Fact]
    public async Task Requests_OfAWholeBootSentAgain_AreAStrangers()
    {
        var recorded = Boot().Asked;
        await AssertAllStrangersAsync(recorded);
        Boot();
        await AssertAllStrangersAsync(recorded);
        stage.AssertServes();

        stage.Restart();
        // A restarted server accepts the recorded hello, because it cannot know that it is old; but only once, and no session follows from it.
        Assert.Equal(200, (await _middle.SendAsync(recorded[0])).Status);
        await AssertAllStrangersAsync(recorded);
        Assert.DoesNotContain("phase session", stage.Server.Output, StringComparison.Ordinal);
        stage.AssertServes();
    }

    /// <summary>Sends a genuine request to other paths: the server refuses it there, and then still accepts it on its own path.</summary>
    [Theory]
    [MemberData(nameof(Messages))]
    public void Request_SentToAnotherPath_IsAStrangers(string path)
    {
        var run = stage.Run(path, async asked =>
        {
            await AssertAllStrangersAsync(MiddlemanStage.Messages.Append("/v1/unlock").Where(other => other != path).Select(other => asked with { Path = other }));
            var answer = await _middle.ForwardAsync(asked);
            await AssertAllStrangersAsync([asked]);
            return answer;
        });

        Assert.True(run.ExitCode == 0, run.Output);
        stage.AssertServes();
    }

    /// <summary>Withholds the answer, so that HTTP may send the request again: the server refuses the second one as a replay.</summary>
    [Theory]
    [MemberData(nameof(Messages))]
    public void Answer_Withheld_EndsTheBoot(string path)
    {
        stage.AssertRefused(path, async asked =>
        {
            var answer = await _middle.SendAsync(asked);
            Assert.Equal(_middle.Requests.Count(earlier => earlier.Path == path) == 1 ? 200 : 403, answer.Status);
            return answer.Status == 200 ? null : answer;
        }, "withheld");
        stage.AssertServes();
    }

    /// <summary>The client accepts no answer to another request, neither of an earlier boot nor of this one.</summary>
    [Theory]
    [MemberData(nameof(Messages))]
    public void Answer_OfAnyOtherRequest_IsRefused(string path)
    {
        var earlier = Boot().Answered;
        var inThisRun = MiddlemanStage.MessagesOf(path);
        for (var i = 0; i < MiddlemanStage.Messages.Length; i++)
        {
            stage.AssertRefused(path, _ => Task.FromResult<Answered?>(earlier[i]), $"answered as {MiddlemanStage.Messages[i]} in an earlier boot");
            var at = Array.IndexOf(inThisRun, MiddlemanStage.Messages[i]);
            if (at >= 0 && at < Array.IndexOf(inThisRun, path))
            {
                stage.AssertRefused(path, async asked =>
                {
                    await _middle.SendAsync(asked);
                    return _middle.Answers.ElementAt(at);
                }, $"answered as {MiddlemanStage.Messages[i]} in this boot");
            }
        }

        stage.AssertServes();
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public async Task Message_Reflected_IsRefused(string path)
    {
        stage.AssertRefused(path, asked => Task.FromResult<Answered?>(new Answered(200, asked.Body)), "its own request");
        foreach (var answer in Boot().Answered)
        {
            await AssertAllStrangersAsync([new Asked(path, answer.Body)]);
        }

        stage.AssertServes();
    }

    /// <summary>Reorders, repeats and drops segments of the sealed stream, and replaces them by those of another stream.</summary>
    [Theory]
    [MemberData(nameof(Files))]
    public void Segments_SwappedRepeatedDroppedOrOfAnotherAnswer_AreRefused(string path)
    {
        var other = Boot().Answered[Array.IndexOf(MiddlemanStage.Messages, path)].Body;
        var foreign = Cut(other);
        (string What, Func<List<byte[]>, byte[][]> Change)[] changes =
        [
            ("swapped", own => [own[1], own[0], .. own[2..]]),
            ("repeated", own => [own[0], .. own]),
            ("one dropped", own => [own[0], .. own[2..]]),
            ("the first dropped", own => [.. own[1..]]),
            ("the last dropped", own => [.. own[..^1]]),
            ("the last twice", own => [.. own, own[^1]]),
            ("the last only", own => [own[^1]]),
            ("all twice", own => [.. own, .. own]),
            ("the first of an earlier boot", own => [foreign[0], .. own[1..]]),
            ("the last of an earlier boot", own => [.. own[..^1], foreign[^1]]),
        ];
        foreach ((var what, var change) in changes)
        {
            stage.AssertRefused(path, async asked =>
            {
                var answer = (await _middle.ForwardAsync(asked))!;
                return answer with { Body = MiddlemanBytes.Rebuild(answer.Body, change(Cut(answer.Body))) };
            }, $"segments: {what}");
        }

        stage.AssertServes();
    }

    private static List<byte[]> Cut(byte[] envelope) => [.. MiddlemanBytes.Segments(envelope).Select(segment => envelope[segment.Start..segment.End])];

    private (List<Asked> Asked, List<Answered> Answered) Boot()
    {
        Assert.Equal(0, stage.Run("/v1/export", _middle.ForwardAsync).ExitCode);
        return ([.. _middle.Requests], [.. _middle.Answers]);
    }

    private async Task AssertAllStrangersAsync(IEnumerable<Asked> requests)
    {
        foreach (var asked in requests)
        {
            var answer = await _middle.SendAsync(asked);
            Assert.True((answer.Status, answer.Body.Length) == (403, 0), $"{asked.Path}: status {answer.Status}, {answer.Body.Length} bytes");
        }
    }
}
