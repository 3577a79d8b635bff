namespace Stiefel.EndToEnd.Native;

/// <summary>Published client and server, and somebody between them who says something else in HTTP, which nothing protects.</summary>
public sealed class MiddlemanHttpTests(MiddlemanStage stage) : IClassFixture<MiddlemanStage>
{
    public static TheoryData<string> Messages => [.. MiddlemanStage.Messages];

    /// <summary>Neither sent elsewhere, nor asked for a password, nor told to speak something else does the client do so; the true body beside it helps nobody.</summary>
    [Theory]
    [MemberData(nameof(Messages))]
    public void Status_AnyOther_EndsTheBoot(string path)
    {
        foreach (var status in (int[])[201, 206, 302, 307, 401, 403, 407, 426, 500])
        {
            stage.AssertRefused(path, async asked => (await stage.Middle.ForwardAsync(asked))! with { Status = status }, $"status {status}");
            // A disk that may have been granted is given back.
            Assert.Equal(path, stage.Middle.Requests.Last(asked => asked.Path != MiddlemanStage.Release).Path);
        }

        stage.AssertServes();
    }

    /// <summary>Nothing, or more than any answer has, in place of the true one.</summary>
    [Theory]
    [MemberData(nameof(Messages))]
    public void Answer_EmptyOrMuchTooLarge_IsRefused(string path)
    {
        foreach (var length in (int[])[0, 1, 65_661, 8 << 20])
        {
            stage.AssertRefused(path, _ => Task.FromResult<Answered?>(new Answered(200, new byte[length])), $"{length} zeros");
        }

        stage.AssertServes();
    }
}
