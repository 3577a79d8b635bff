using System.Text;
using Stiefel.Protocol.Control;
using Stiefel.Server.Events;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Events;

public sealed class EventJournalTests
{
    private readonly ManualTime _time = new();
    private readonly EventJournal _journal;

    public EventJournalTests() => _journal = new EventJournal(_time);

    [Fact]
    public void ReadAfter_TheLastOneSeen_GivesThoseAfterIt()
    {
        Note(3);
        var first = _journal.ReadAfter(0, 1, out var missed);
        Assert.Equal((1, 0), (Assert.Single(first).Number, missed));
        Assert.Equal(["2", "3"], _journal.ReadAfter(_journal.NumberOf(first[0].Event.Id), 10, out _).Select(e => e.Event.Text));
        Assert.Empty(_journal.ReadAfter(3, 10, out _));
    }

    [Fact]
    public void ReadAfter_OneThatIsNotKept_SaysHowManyAreMissing()
    {
        Note(EventJournal.MaxEvents + 10);
        var news = _journal.ReadAfter(4, 1, out var missed);
        Assert.Equal((11, 6), (news[0].Number, missed));
        _journal.ReadAfter(0, 1, out var unknown);
        Assert.Equal(0, unknown);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("3")]
    [InlineData("zz-3")]
    [InlineData("RUN-4")]
    [InlineData("RUN--1")]
    [InlineData("RUN-99999999999999999999")]
    [InlineData("RUN-1-2")]
    public void NumberOf_AnIdOfNoEventHere_IsBeforeAll(string? id)
    {
        Note(3);
        Assert.Equal(0, _journal.NumberOf(id?.Replace("RUN", _journal.IdOf(1).Split('-')[0], StringComparison.Ordinal)));
    }

    [Fact]
    public void NumberOf_AnIdOfARunBefore_IsBeforeAll()
    {
        Note(3);
        _time.Advance(TimeSpan.FromSeconds(1));
        var next = new EventJournal(_time);
        next.Add(EventTopics.Server, "started", "it serves");
        Assert.Equal(0, next.NumberOf(_journal.IdOf(1)));
    }

    [Fact]
    public async Task WaitAfter_TheLast_EndsWithTheNext()
    {
        Note(2);
        Assert.True(_journal.WaitAfter(1).IsCompleted);
        var waiting = _journal.WaitAfter(2);
        Assert.False(waiting.IsCompleted);
        Note(1);
        await waiting;
    }

    [Fact]
    public void Message_OfAnyText_IsOneMessage()
    {
        _journal.Add(EventTopics.Desktop, "lost", "two\nlines\r and \"quotes\"", "fe80::1%2");
        var message = Encoding.UTF8.GetString(_journal.ReadAfter(0, 1, out _)[0].Message.Span);
        var lines = message.Split('\n');
        Assert.Equal([$"id: {_journal.IdOf(1)}", "event: desktop"], lines[..2]);
        Assert.Equal(5, lines.Length);
        Assert.Equal("two\nlines\r and \"quotes\"", ControlDocuments.ReadEvent(lines[2]["data: ".Length..]).Text);
    }

    private void Note(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _journal.Add(EventTopics.Desktop, "stage", $"{_journal.Last + 1}");
        }
    }
}
