namespace Stiefel.EndToEnd.Native;

/// <summary>Tests the published client with a man in the middle who changes the HTTP around the messages, which is not protected.</summary>
public sealed class MiddlemanHttpTests(MiddlemanStage stage) : IClassFixture<MiddlemanStage>
{
    public static TheoryData<string> Messages => [.. MiddlemanStage.Messages];

    /// <summary>The client follows no redirect, sends no password and changes no protocol if the status asks for it; it refuses even a genuine body under such a status.</summary>
    [Theory]
    [MemberData(nameof(Messages))]
    public void Status_AnyOther_EndsTheBoot(string path)
    {
        foreach (var status in (int[])[201, 206, 302, 307, 401, 403, 407, 426, 500])
        {
            stage.AssertRefused(path, async asked => (await stage.Middle.ForwardAsync(asked))! with { Status = status }, $"status {status}");
            // Ignore the release: the client gives back a disk that may have been granted.
            Assert.Equal(path, stage.Middle.Requests.Last(asked => asked.Path != MiddlemanStage.Release).Path);
        }

        stage.AssertServes();
    }

    /// <summary>Replaces an answer by an empty one, and by one that is larger than any genuine answer.</summary>
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
