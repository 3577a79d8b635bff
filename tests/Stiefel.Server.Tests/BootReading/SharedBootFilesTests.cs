using Microsoft.Extensions.Logging.Abstractions;
using Stiefel.BootFiles.Catalog;
using Stiefel.BootFiles.Disk;
using Stiefel.Server.BootReading;

namespace Stiefel.Server.Tests.BootReading;

public sealed class SharedBootFilesTests
{
    private static readonly TimeSpan s_never = TimeSpan.FromHours(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Borrow_SeveralReaders_ShareOneOpening()
    {
        var source = new CountingSource();
        await using var shared = new SharedBootFiles(source, s_never, NullLogger<SharedBootFiles>.Instance);
        using var one = await shared.BorrowAsync(Token);
        using var two = await shared.BorrowAsync(Token);
        Assert.Same(one.Files, two.Files);
        Assert.Equal(1, source.Opened);
        one.Dispose();
        two.Dispose();
    }

    [Fact]
    public async Task Close_ReadersRemain_WaitsForEachAndRevokesAll()
    {
        var source = new CountingSource();
        await using var shared = new SharedBootFiles(source, s_never, NullLogger<SharedBootFiles>.Instance);
        var one = await shared.BorrowAsync(Token);
        var two = await shared.BorrowAsync(Token);

        var closing = shared.CloseAsync();
        await Task.Delay(50, Token);
        Assert.True(one.Revoked.IsCancellationRequested);
        Assert.False(closing.IsCompleted);
        one.Dispose();
        await Task.Delay(50, Token);
        Assert.False(closing.IsCompleted);
        Assert.Equal(0, source.Closed);
        two.Dispose();
        await closing;
        Assert.Equal(1, source.Closed);
        Assert.False(shared.IsOpen);
    }

    [Fact]
    public async Task Return_LastReader_ClosesAfterAWhile()
    {
        var source = new CountingSource();
        await using var shared = new SharedBootFiles(source, TimeSpan.FromMilliseconds(100), NullLogger<SharedBootFiles>.Instance);
        (await shared.BorrowAsync(Token)).Dispose();
        Assert.True(shared.IsOpen);
        for (var i = 0; i < 100 && shared.IsOpen; i++)
        {
            await Task.Delay(50, Token);
        }

        Assert.Equal(1, source.Closed);
    }

    [Fact]
    public async Task Return_BorrowedAgainSoon_StaysOpen()
    {
        var source = new CountingSource();
        await using var shared = new SharedBootFiles(source, TimeSpan.FromMilliseconds(200), NullLogger<SharedBootFiles>.Instance);
        (await shared.BorrowAsync(Token)).Dispose();
        using var again = await shared.BorrowAsync(Token);
        await Task.Delay(400, Token);
        Assert.Equal(0, source.Closed);
        again.Dispose();
    }

    [Fact]
    public async Task Close_FilesCannotBeClosed_FailsAndIsTriedAgain()
    {
        var source = new CountingSource { FailsToClose = true };
        await using var shared = new SharedBootFiles(source, s_never, NullLogger<SharedBootFiles>.Instance);
        (await shared.BorrowAsync(Token)).Dispose();
        await Assert.ThrowsAsync<IOException>(shared.CloseAsync);
        Assert.True(shared.IsOpen);

        source.FailsToClose = false;
        using var next = await shared.BorrowAsync(Token);
        Assert.False(next.Revoked.IsCancellationRequested);
        Assert.Equal((2, 1), (source.Opened, source.Closed));
        next.Dispose();
    }

    private sealed class CountingSource : IBootSource
    {
        public int Opened { get; private set; }

        public int Closed { get; private set; }

        public bool FailsToClose { get; set; }

        public ValueTask<IBootFiles> OpenAsync(CancellationToken token)
        {
            Opened++;
            return ValueTask.FromResult<IBootFiles>(new Files(this));
        }

        private sealed class Files(CountingSource source) : IBootFiles
        {
            public BootMenu Menu => throw new NotSupportedException();

            public string? ModulesDirectory => null;

            public string? ModulesMissing => null;

            public ValueTask DisposeAsync()
            {
                if (source.FailsToClose)
                {
                    throw new IOException("busy");
                }

                source.Closed++;
                return ValueTask.CompletedTask;
            }
        }
    }
}
